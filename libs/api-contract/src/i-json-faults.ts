import type { IJsonFault } from "./i-json.ts";

/** A path as answers show it: `levels[2].name`, and `["a b"]` for keys that are no plain names. */
export const pathText = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    const name = String(part);
    if (!/^[\p{L}_$][\p{L}\p{N}_$-]{0,63}$/u.test(name)) {
      return `${text}[${JSON.stringify(name.slice(0, 64))}]`;
    }
    return text === "" ? name : `${text}.${name}`;
  }, "");

/** Sign, digits without zeros at either end, and the power of ten behind them: equal for equal numbers. */
const normalForm = (text: string): { readonly digits: string; readonly exponent: number } => {
  const [, whole = "", fraction = "", power = "0"] =
    /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = (whole + fraction).replace(/^0+/, "");
  const trimmed = digits.replace(/0+$/, "");
  const exponent = Number(power) - fraction.length + (digits.length - trimmed.length);
  return { digits: trimmed, exponent: trimmed === "" ? 0 : exponent };
};

/** True for a whole number that a double, and so its RFC 8785 form, changes. */
const isRounded = (text: string): boolean => {
  const written = normalForm(text);
  if (written.exponent < 0) return false;
  const kept = normalForm(String(Number(text)));
  return written.digits !== kept.digits || written.exponent !== kept.exponent;
};

const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const STRING = /"(?:[^"\\]|\\.)*"/sy;
const LITERAL = /true|false|null/y;
const SPACE = /[ \t\r\n]*/y;

/** The first fault of a text that is known to be JSON, faults of form before rounded numbers; none: it is I-JSON. */
export const findIJsonFault = (text: string, maxDepth: number): IJsonFault | undefined => {
  const path: PropertyKey[] = [];
  let at = 0;
  let form: IJsonFault | undefined;
  let rounded: IJsonFault | undefined;

  const fault = (message: string): void => {
    form ??= { code: "bad-request", message, path: pathText(path) };
  };
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const token = pattern.exec(text)?.[0] ?? "";
    at += token.length;
    return token;
  };
  const skipSpace = (): void => void take(SPACE);
  const takeString = (): string => {
    const string = String(JSON.parse(take(STRING)));
    if (!string.isWellFormed()) fault("A string holds half of a surrogate pair.");
    return string;
  };
  const takeNumber = (): void => {
    const token = take(NUMBER);
    if (!Number.isFinite(Number(token))) {
      fault("The number is larger than a double can hold.");
    } else if (isRounded(token)) {
      rounded ??= {
        code: "number-not-exact",
        message: `The whole number ${token.slice(0, 40)} would be rounded: send it as text.`,
        path: pathText(path),
      };
    }
  };
  const takeMembers = (closing: string, member: (index: number) => void): void => {
    at++;
    if (path.length >= maxDepth) {
      fault(`The body is nested deeper than ${maxDepth} levels.`);
      return;
    }
    skipSpace();
    for (let index = 0; text[at] !== closing && form === undefined; index++) {
      member(index);
      path.pop();
      skipSpace();
      if (text[at] === ",") at++;
      skipSpace();
    }
    at++;
  };
  const takeObject = (): void => {
    const keys = new Set<string>();
    takeMembers("}", () => {
      const key = takeString();
      path.push(key);
      if (keys.has(key)) fault("The key stands twice in its object.");
      if (key === "__proto__") fault('The key "__proto__" is not allowed.');
      keys.add(key);
      skipSpace();
      at++;
      takeValue();
    });
  };
  const takeArray = (): void =>
    takeMembers("]", (index) => {
      path.push(index);
      takeValue();
    });
  const takeValue = (): void => {
    if (form !== undefined) return;
    skipSpace();
    const first = text[at];
    if (first === "{") takeObject();
    else if (first === "[") takeArray();
    else if (first === '"') takeString();
    else if (first === "t" || first === "f" || first === "n") take(LITERAL);
    else takeNumber();
  };

  takeValue();
  return form ?? rounded;
};
