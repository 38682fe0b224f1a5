/*
 * How clients write their version into a peer id. Each reader takes the characters that hold it (four of them in the
 * Azureus style) and returns the text that the client itself would print.
 */

/** Reads the version out of the version characters of a peer id. */
export type VersionReader = (digits: string) => string | undefined;

/** Returns the value of a version character: 0 to 9, then A (10) to Z, then a (36) to z; `undefined` for any other. */
function digit(character: string | undefined): number | undefined {
  if (character === undefined) return undefined;
  if (character >= "0" && character <= "9") return character.charCodeAt(0) - 48;
  if (character >= "A" && character <= "Z") return character.charCodeAt(0) - 55;
  if (character >= "a" && character <= "z") return character.charCodeAt(0) - 61;
  return undefined;
}

function joined(characters: string): string | undefined {
  const values = Array.from(characters, digit);
  return values.includes(undefined) ? undefined : values.join(".");
}

/** `5760` → 5.7.6.0: Vuze and most others. */
export const four: VersionReader = (digits) => joined(digits.slice(0, 4));

/** `0D80` → 0.13.8, whatever the fourth is. */
export const three: VersionReader = (digits) => joined(digits.slice(0, 3));

/** `4520` → 4.5.2, `2081` → 2.0.8.1: the fourth only when it is not 0. */
export const threeOrFour: VersionReader = (digits) => joined(digits.slice(0, digits[3] === "0" ? 3 : 4));

/** `21..` → 2.1 */
export const two: VersionReader = (digits) => joined(digits.slice(0, 2));

/** `0189` → 1.89: two digits before the point, two behind it. */
export const twoAndTwo: VersionReader = (digits) =>
  /^\d{4}/.test(digits) ? `${Number(digits.slice(0, 2))}.${digits.slice(2, 4)}` : undefined;

/** `0102` → 1.2: two decimal numbers of two digits. */
export const pairs: VersionReader = (digits) =>
  /^\d{4}/.test(digits) ? `${Number(digits.slice(0, 2))}.${Number(digits.slice(2, 4))}` : undefined;

/** `0250` → 0.25.0: the middle number has two digits. */
export const oneTwoOne: VersionReader = (digits) =>
  /^\d{4}/.test(digits) ? `${digits.slice(0, 1)}.${Number(digits.slice(1, 3))}.${digits.slice(3, 4)}` : undefined;

/**
 * Reads the version digits of µTorrent and its relatives: three hexadecimal digits of either case, then B for a beta or
 * another letter for the kind of build.
 */
export const microTorrent: VersionReader = (digits) => {
  const version = three(digits.toUpperCase());
  return version !== undefined && /^.{3}[Bb]/.test(digits) ? `${version} beta` : version;
};

/**
 * Transmission changed its mind twice: `0006` → 0.6, `0072` → 0.72, `3000` → 3.00, and since version 4 `4060` → 4.0.6.
 * Z and X stand for a development build after that version, B for a beta.
 */
export const transmission: VersionReader = (digits) => {
  if (!/^\d{3}[0-9A-Za-z]/.test(digits)) return three(digits);
  if (digits.startsWith("000")) return `0.${digits.slice(3, 4)}`;
  if (digits.startsWith("00")) return `0.${digits.slice(2, 4)}`;
  const last = digits.slice(3, 4);
  const mark = last === "Z" || last === "X" ? "+" : last === "B" ? " beta" : "";
  if (digits.slice(0, 1) < "4") return `${digits.slice(0, 1)}.${digits.slice(1, 3)}${mark}`;
  return `${joined(digits.slice(0, 3)) ?? ""}${mark}`;
};

/** KTorrent: `22B1` → 2.2 beta 1, `30R1` → 3.0 RC 1, `51D0` → 5.1 dev, else as {@link threeOrFour}. */
export const kTorrent: VersionReader = (digits) => {
  const base = two(digits);
  const kind = { B: "beta", D: "dev", R: "RC" }[digits.slice(2, 3)];
  if (base === undefined || kind === undefined) return threeOrFour(digits);
  return digits[3] === "0" ? `${base} ${kind}` : `${base} ${kind} ${digits.slice(3, 4)}`;
};

/** The id has no version. */
export const untold: VersionReader = () => undefined;
