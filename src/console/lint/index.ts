/** The protocol linter: checks every message of a conversation. */
export { createLinter, type LinterOptions } from "./linter.ts";
export { RULES, type Rule, type RuleId } from "./rules.ts";
