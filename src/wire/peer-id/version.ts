/*
 * How clients write their version into a peer id. Each reader takes the characters that hold it (four of them in the
 * Azureus style) and returns the text that the client itself would print.
 */

/** Returns the version as text, given the version characters of a peer id; `undefined` when they have none. */
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

/** Reads `5760` as 5.7.6.0, the form of Vuze and most clients. */
export const four: VersionReader = (digits) => joined(digits.slice(0, 4));

/** Reads `0D80` as 0.13.8: the fourth character is ignored. */
export const three: VersionReader = (digits) => joined(digits.slice(0, 3));

/** Reads `4520` as 4.5.2 and `2081` as 2.0.8.1: the fourth character is used only when it is not 0. */
export const threeOrFour: VersionReader = (digits) => joined(digits.slice(0, digits[3] === "0" ? 3 : 4));

/** Reads `21..` as 2.1: the last two characters are ignored. */
export const two: VersionReader = (digits) => joined(digits.slice(0, 2));

/** Reads `0189` as 1.89: two digits before the point, two after it. */
export const twoAndTwo: VersionReader = (digits) =>
  /^\d{4}/.test(digits) ? `${Number(digits.slice(0, 2))}.${digits.slice(2, 4)}` : undefined;

/** Reads `0102` as 1.2: two decimal numbers of two digits each. */
export const pairs: VersionReader = (digits) =>
  /^\d{4}/.test(digits) ? `${Number(digits.slice(0, 2))}.${Number(digits.slice(2, 4))}` : undefined;

/** Reads `0250` as 0.25.0: the middle number has two digits. */
export const oneTwoOne: VersionReader = (digits) =>
  /^\d{4}/.test(digits) ? `${digits.slice(0, 1)}.${Number(digits.slice(1, 3))}.${digits.slice(3, 4)}` : undefined;

/**
 * Reads the form of µTorrent and similar clients: three hexadecimal digits in either case, then B for a beta or another
 * letter for another kind of build.
 */
export const microTorrent: VersionReader = (digits) => {
  const version = three(digits.toUpperCase());
  return version !== undefined && /^.{3}[Bb]/.test(digits) ? `${version} beta` : version;
};

/**
 * Reads the forms of Transmission, which have changed twice: `0006` is 0.6, `0072` is 0.72, `3000` is 3.00, and since
 * version 4 `4060` is 4.0.6. Z and X mark a development build after that version, B a beta.
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

/**
 * Reads the form of KTorrent: `22B1` is 2.2 beta 1, `30R1` is 3.0 RC 1, `51D0` is 5.1 dev; all others are read by
 * {@link threeOrFour}.
 */
export const kTorrent: VersionReader = (digits) => {
  const base = two(digits);
  const kind = { B: "beta", D: "dev", R: "RC" }[digits.slice(2, 3)];
  if (base === undefined || kind === undefined) return threeOrFour(digits);
  return digits[3] === "0" ? `${base} ${kind}` : `${base} ${kind} ${digits.slice(3, 4)}`;
};

/** Returns `undefined`: the peer id has no version. */
export const untold: VersionReader = () => undefined;
