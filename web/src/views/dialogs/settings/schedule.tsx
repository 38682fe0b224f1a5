import type { JSX } from "preact";
import type { ScheduleRule } from "../../../../../src/api/index.ts";
import { Button } from "../../../components/button.tsx";
import { RateField, TextField } from "../../../components/fields.tsx";
import { fromKib, toKib } from "../../../base/format.ts";
import { texts } from "../../../texts/texts.ts";
import type { SectionProps } from "./fields.tsx";
import { useTyped } from "./fields.tsx";

const words = texts.settings;
const NEW_RULE: ScheduleRule = {
  days: [1, 2, 3, 4, 5],
  from: "08:00",
  to: "18:00",
  maxDownloadRate: null,
  maxUploadRate: null,
};

interface RuleProps {
  readonly rule: ScheduleRule;
  readonly number: number;
  readonly onChange: (rule: ScheduleRule) => void;
  readonly onRemove: () => void;
}

function Rule({ rule, number, onChange, onRemove }: RuleProps): JSX.Element {
  const [down, setDown] = useTyped(toKib(rule.maxDownloadRate), (text) =>
    onChange({ ...rule, maxDownloadRate: fromKib(text) }),
  );
  const [up, setUp] = useTyped(toKib(rule.maxUploadRate), (text) =>
    onChange({ ...rule, maxUploadRate: fromKib(text) }),
  );
  const flip = (day: number): void => {
    const days = rule.days.includes(day)
      ? rule.days.filter((other) => other !== day)
      : [...rule.days, day].toSorted((a, b) => a - b);
    onChange({ ...rule, days });
  };
  return (
    <fieldset class="rule">
      <legend>{words.rule(number)}</legend>
      <div class="days" role="group" aria-label={words.days}>
        {words.dayNames.map((name, day) => (
          <button key={name} type="button" class="day" aria-pressed={rule.days.includes(day)} onClick={() => flip(day)}>
            {name}
          </button>
        ))}
      </div>
      <div class="four">
        <TextField label={words.from} type="time" value={rule.from} onInput={(from) => onChange({ ...rule, from })} />
        <TextField label={words.to} type="time" value={rule.to} onInput={(to) => onChange({ ...rule, to })} />
        <RateField label={words.down} value={down} onInput={setDown} />
        <RateField label={words.up} value={up} onInput={setUp} />
      </div>
      <Button label={words.removeRule(number)} icon="remove" kind="quiet" onClick={onRemove} />
    </fieldset>
  );
}

/** The section of the settings for the rate schedule: times of the week in which other speed limits apply. */
export function ScheduleFields({ draft, set }: SectionProps): JSX.Element {
  const rules = draft.schedule;
  const change = (schedule: readonly ScheduleRule[]): void => set({ schedule: [...schedule] });
  return (
    <>
      <p class="muted">{rules.length === 0 ? words.noRules : words.ruleHint}</p>
      {rules.map((rule, at) => (
        <Rule
          key={`${at} of ${rules.length}`}
          rule={rule}
          number={at + 1}
          onChange={(changed) => change(rules.map((other, index) => (index === at ? changed : other)))}
          onRemove={() => change(rules.filter((_, index) => index !== at))}
        />
      ))}
      <Button label={words.addRule} onClick={() => change([...rules, NEW_RULE])} />
    </>
  );
}
