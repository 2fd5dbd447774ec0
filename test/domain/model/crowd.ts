/** A set of people and agents as bits, the first of `names` lowest. The model counts in these; the decider counts in lists. */
export type Crowd = number;

/** Everybody who can come up in a history. `zed` is a stranger: no directory ever lists him at first. */
export const names = ["ana", "bo", "cy", "dee", "eli", "fay", "gus", "zed"] as const;

/** Agents that may be named as deciders; their bits stand above those of people. */
export const agentNames = ["bot", "robot", "aide"] as const;

const everyone: readonly string[] = [...names, ...agentNames];

export const nobody: Crowd = 0;
export const everybody: Crowd = (1 << names.length) - 1;

/** Every agent as bits. */
export const agents: Crowd = ((1 << agentNames.length) - 1) << names.length;

/** The bit's place of this person; -1 for an agent, and for anybody the histories do not know. */
export const placeOf = (name: string): number => (names as readonly string[]).indexOf(name);

/** The bit's place of this person or agent; -1 for anybody the histories do not know. */
export const seatOf = (name: string): number => everyone.indexOf(name);

export const nameOf = (place: number): string => everyone[place] ?? `nobody-${place}`;

export const only = (place: number): Crowd => (place < 0 ? 0 : 1 << place);

export const has = (crowd: Crowd, place: number): boolean => (crowd & only(place)) !== 0;

export const size = (crowd: Crowd): number => {
  let left = crowd;
  let count = 0;
  while (left !== 0) {
    left &= left - 1;
    count += 1;
  }
  return count;
};

export const placesIn = (crowd: Crowd): number[] => {
  const places: number[] = [];
  for (let place = 0; crowd >> place !== 0; place++) if (has(crowd, place)) places.push(place);
  return places;
};
