/** How often things go wrong now: shares of all messages and answers, 0 to 1. */
export interface Faults {
  /** An append never arrives; its sender learns that the outcome is unknown. */
  appendLost: number;
  /** An append takes effect, but its answer is lost. */
  answerLost: number;
  /** The sender gives up waiting, and the append arrives after that. */
  appendStraggles: number;
  /** A read fails because the store cannot be reached. */
  readFails: number;
  /** A subscription gets its next batch only after seconds. */
  batchLate: number;
  /** A request or its reply is lost on the bus. */
  requestLost: number;
  /** A publication or its acknowledgement is lost. */
  publicationLost: number;
  /** A message is delivered again although it was, or is being, worked on. */
  deliveredTwice: number;
  /** A message is delivered, and what became of it is never heard. */
  deliveryLost: number;
  /** A message takes seconds where others take milliseconds, and so others overtake it. */
  messageLate: number;
}

export const noFaults: Readonly<Faults> = {
  appendLost: 0,
  answerLost: 0,
  appendStraggles: 0,
  readFails: 0,
  batchLate: 0,
  requestLost: 0,
  publicationLost: 0,
  deliveredTwice: 0,
  deliveryLost: 0,
  messageLate: 0,
};

/** Bad enough that every kind of fault meets every kind of work, and good enough that most work still gets done. */
export const roughWeather: Readonly<Faults> = {
  appendLost: 0.02,
  answerLost: 0.04,
  appendStraggles: 0.02,
  readFails: 0.01,
  batchLate: 0.05,
  requestLost: 0.03,
  publicationLost: 0.03,
  deliveredTwice: 0.05,
  deliveryLost: 0.03,
  messageLate: 0.05,
};
