/**
 * True when a text is one of those that a glob stands for: `*` is any number of characters, all others are themselves.
 * Linear in most cases and never worse than both lengths multiplied: no pattern can hold a decision up.
 */
export const matchesGlob = (glob: string, text: string): boolean => {
  let at = 0;
  let place = 0;
  let star = -1;
  let retry = 0;
  while (at < text.length) {
    if (glob[place] === "*") {
      star = place;
      retry = at;
      place += 1;
    } else if (glob[place] === text[at]) {
      place += 1;
      at += 1;
    } else if (star >= 0) {
      retry += 1;
      at = retry;
      place = star + 1;
    } else {
      return false;
    }
  }
  while (glob[place] === "*") {
    place += 1;
  }
  return place === glob.length;
};
