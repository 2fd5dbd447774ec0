import {
  BusUnavailable,
  InvalidSubject,
  MessageTooLarge,
  NoResponders,
  RequestTimeout,
} from "@countersign/messaging/errors.ts";
import { ErrorCode, NatsError } from "nats";

/** The port's error for what the driver threw, with that as its cause; anything unknown is handed back as it is. */
export const toPortError = (failure: unknown, subject: string): unknown => {
  if (!(failure instanceof NatsError)) return failure;
  const cause = { cause: failure };
  switch (failure.code) {
    case ErrorCode.NoResponders:
      return new NoResponders(`nobody serves ${subject} at present`, cause);
    case ErrorCode.Timeout:
      return new RequestTimeout(`no answer to ${subject} in time`, cause);
    case ErrorCode.MaxPayloadExceeded:
      return new MessageTooLarge(`the broker takes no message of that size`, cause);
    case ErrorCode.BadSubject:
      return new InvalidSubject(`${JSON.stringify(subject)} is no subject`, cause);
    case ErrorCode.PermissionsViolation:
      return new BusUnavailable(
        `the broker does not allow ${subject}: check its permissions`,
        cause,
      );
    default:
      return new BusUnavailable(`the broker cannot be reached: ${failure.message}`, cause);
  }
};
