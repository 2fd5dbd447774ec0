import { errorStatus, isErrorCode, type WireError } from "@countersign/api-contract/errors.ts";
import type { RefusalCode } from "@countersign/domain/request/refusals.ts";
import { InvalidToken, KeysUnavailable } from "@countersign/identity/jwt.ts";
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { BusUnavailable, NoResponders, RequestTimeout } from "@countersign/messaging/errors.ts";
import type { Log } from "./log.ts";
import { NOT_FOUND, Refused } from "./refused.ts";

/** Every refusal of the domain has a status, or this does not compile. */
const statusOf: Readonly<Record<RefusalCode, number>> & typeof errorStatus = errorStatus;

export const JSON_TYPE = "application/json; charset=utf-8";

/** The body of every answer that says no. */
export const errorText = (error: WireError, correlationId: string): string => {
  const { code, message, details } = error;
  return JSON.stringify({
    error: {
      code,
      message: code === "not-found" ? NOT_FOUND : message,
      correlation_id: correlationId,
      ...(details === undefined || code === "not-found" ? {} : { details }),
    },
  });
};

const headerOf: Partial<Record<WireError["code"], readonly [string, string]>> = {
  unauthenticated: ["www-authenticate", 'Bearer realm="countersign"'],
  "rate-limited": ["retry-after", "10"],
  unavailable: ["retry-after", "1"],
};

/** Answers with an error, in the one shape that all of them have. */
export const sendError = (request: FastifyRequest, reply: FastifyReply, error: WireError): void => {
  const header = headerOf[error.code];
  if (header !== undefined) reply.header(...header);
  reply
    .code(statusOf[error.code])
    .header("content-type", JSON_TYPE)
    .header("cache-control", "no-store")
    .send(errorText(error, request.id));
};

const frameworkErrors: Readonly<Record<string, WireError>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: { code: "payload-too-large", message: "The body is too large." },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    code: "unsupported-media-type",
    message:
      "This content type is not taken here: send application/json, definitions also as application/yaml or application/toml, a calendar as text/calendar.",
  },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    code: "bad-request",
    message: "The body is not as long as Content-Length says.",
  },
  FST_ERR_BAD_URL: { code: "bad-request", message: "The path holds a broken % escape." },
  FST_ERR_MAX_PARAM_LENGTH: { code: "bad-request", message: "A part of the path is too long." },
};

const isFrameworkError = (error: unknown): error is FastifyError =>
  error instanceof Error && "code" in error && typeof error.code === "string";

const internal: WireError = {
  code: "internal",
  message: "Something went wrong here; the correlation id finds it in the log.",
};

/** What a thrown value says to the caller. Undefined: it was not expected, and belongs in the log. */
const expected = (thrown: unknown): WireError | undefined => {
  if (thrown instanceof Refused) return thrown.error;
  if (thrown instanceof InvalidToken) {
    return { code: "unauthenticated", message: "A valid token is needed: Authorization: Bearer …" };
  }
  if (thrown instanceof RequestTimeout) {
    return {
      code: "unavailable",
      message:
        "No answer came in time. Whether it had an effect is unknown: repeat it with the same Idempotency-Key.",
    };
  }
  if (thrown instanceof NoResponders || thrown instanceof BusUnavailable) {
    return { code: "unavailable", message: "This part of the service is not there right now." };
  }
  if (thrown instanceof KeysUnavailable) {
    return { code: "unavailable", message: "The identity provider's keys cannot be fetched." };
  }
  if (isFrameworkError(thrown)) {
    const known = frameworkErrors[thrown.code];
    if (known !== undefined) return known;
    const status = thrown.statusCode ?? 500;
    if (status >= 400 && status < 500) {
      return { code: "bad-request", message: "The request cannot be read." };
    }
  }
  return undefined;
};

/** Turns whatever was thrown into the error to answer with; the unexpected is logged with its stack, never shown. */
export const errorOf = (thrown: unknown, correlationId: string, log: Log): WireError => {
  const known = expected(thrown);
  if (known !== undefined) return known;
  log.error({ err: thrown, correlationId }, "a request failed");
  return internal;
};

/** Reads an error from the bus. A code that nobody here knows is a bug of the service that sent it. */
export const readWireError = (body: string, correlationId: string, log: Log): WireError => {
  const { error } = JSON.parse(body) as { error?: { code?: string } & Omit<WireError, "code"> };
  if (error?.code === undefined || !isErrorCode(error.code)) {
    log.error({ body: body.slice(0, 500), correlationId }, "an answer holds an unknown error code");
    return internal;
  }
  const { code, message, details } = error;
  return details === undefined ? { code, message } : { code, message, details };
};
