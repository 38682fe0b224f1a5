/** The protocol linter: what is odd about a conversation, rule by rule. */
export { createLinter, type LinterOptions } from "./linter.ts";
export { RULES, type Rule, type RuleId } from "./rules.ts";
