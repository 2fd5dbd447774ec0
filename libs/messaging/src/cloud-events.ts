/**
 * CloudEvents 1.0 in structured JSON: how our events go out, and how commands of other services come in.
 * https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md
 */

/** A recorded event, as far as its envelope needs it. */
export interface EventForEnvelope {
  /** A UUID. */
  readonly eventId: string;
  /** Category of the stream: `request`, `topic`, … */
  readonly category: string;
  /** The event's name in the domain: `VoteCast`. */
  readonly type: string;
  readonly org: string;
  readonly position: bigint;
  /** ISO 8601 UTC. */
  readonly occurredAt: string;
  /** The request id, or what else the event is about; left out when there is nothing. */
  readonly subject?: string;
  /** The event's data as stored: JSON text, put into the envelope as it is. */
  readonly dataText: string;
}

const kebab = (name: string): string =>
  name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replaceAll(/([A-Z])([A-Z][a-z])/g, "$1-$2")
    .toLowerCase();

const makeType = (category: string, type: string): string => {
  const word = category.charAt(0).toUpperCase() + category.slice(1);
  const rest = type.startsWith(word) ? type.slice(word.length) : type;
  // Only a whole word is taken away: `Requested…` does not begin with the word `Request`.
  const name = /^[A-Z]/.test(rest) ? rest : type;
  return `io.countersign.${category}.${kebab(name)}.v1`;
};

/** Bounded by the number of event types; a caller with invented names must not grow it. */
const types = new Map<string, string>();
const MAX_TYPES = 1_000;

/** The CloudEvent type of an event: (`request`, `RequestApproved`) → `io.countersign.request.approved.v1`. */
export const cloudEventType = (category: string, type: string): string => {
  const key = `${category}.${type}`;
  let made = types.get(key);
  if (made === undefined) {
    made = makeType(category, type);
    if (types.size < MAX_TYPES) types.set(key, made);
  }
  return made;
};

/** The envelope of an event as JSON text. The data is neither parsed nor copied apart from being joined in. */
export const toCloudEvent = (event: EventForEnvelope): string => {
  const subject = event.subject ? `"subject":${JSON.stringify(event.subject)},` : "";
  return (
    `{"specversion":"1.0","id":${JSON.stringify(event.eventId)},` +
    `"source":${JSON.stringify(`/orgs/${event.org}`)},` +
    `"type":${JSON.stringify(cloudEventType(event.category, event.type))},${subject}` +
    `"time":${JSON.stringify(event.occurredAt)},"datacontenttype":"application/json",` +
    `"org":${JSON.stringify(event.org)},"position":"${event.position}","data":${event.dataText}}`
  );
};

/** The CloudEvent type of a command: `request-approval` → `io.countersign.command.request-approval.v1`. */
export const commandEventType = (command: string): string => `io.countersign.command.${command}.v1`;

/** A command of another service, its envelope checked. `data` is not: the commander does that, as for REST. */
export interface CommandEnvelope {
  /** 1–255 characters. With `source` it makes a second delivery recognisable. */
  readonly id: string;
  /** 1–255 characters. */
  readonly source: string;
  /** `request-approval`, from the type. */
  readonly command: string;
  readonly data: unknown;
}

/** What is wrong with an envelope: a stable code, and a sentence that names the place. */
export interface EnvelopeFault {
  readonly code: "bad-request" | "unprocessable" | "unsupported-media-type";
  readonly path: string;
  readonly message: string;
}

export type ParsedCommand =
  | { readonly ok: true; readonly envelope: CommandEnvelope }
  | { readonly ok: false; readonly fault: EnvelopeFault };

const COMMAND_TYPE = /^io\.countersign\.command\.([a-z0-9]+(?:-[a-z0-9]+)*)\.v1$/;
const JSON_MEDIA = /^application\/(?:[\w.+-]+\+)?json\s*(?:;.*)?$/i;

const refuse = (code: EnvelopeFault["code"], path: string, message: string): ParsedCommand => ({
  ok: false,
  // What the JSON parser says of a text is a sentence already.
  fault: { code, path, message: message.endsWith(".") ? message : `${message}.` },
});

const isName = (value: unknown): value is string =>
  typeof value === "string" && value.length > 0 && [...value].length <= 255;

/**
 * Reads a command from a CloudEvent in structured JSON. `parseJson` is how bodies are parsed elsewhere (I-JSON);
 * it throws an `Error` whose message says what is wrong. Never throws itself.
 */
export const parseCommandCloudEvent = (
  text: string,
  parseJson: (text: string) => unknown = JSON.parse,
): ParsedCommand => {
  let event: unknown;
  try {
    event = parseJson(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    return refuse("bad-request", "", `the message is no JSON: ${why}`);
  }
  if (typeof event !== "object" || event === null || Array.isArray(event))
    return refuse("bad-request", "", "the message must be a CloudEvent: a JSON object");
  const field = new Map<string, unknown>(Object.entries(event));
  if (field.get("specversion") !== "1.0")
    return refuse("unprocessable", "specversion", 'specversion must be "1.0"');
  const id = field.get("id");
  if (!isName(id)) return refuse("unprocessable", "id", "id must be a text of 1 to 255 characters");
  const source = field.get("source");
  if (!isName(source))
    return refuse("unprocessable", "source", "source must be a text of 1 to 255 characters");
  const type = field.get("type");
  const command = typeof type === "string" ? COMMAND_TYPE.exec(type)?.[1] : undefined;
  if (command === undefined)
    return refuse("unprocessable", "type", "type must be io.countersign.command.<command>.v1");
  const media = field.get("datacontenttype") ?? "application/json";
  if (typeof media !== "string" || !JSON_MEDIA.test(media))
    return refuse("unsupported-media-type", "datacontenttype", "data must be application/json");
  if (field.has("data_base64"))
    return refuse("unsupported-media-type", "data_base64", "data must be JSON, not base64");
  if (!field.has("data")) return refuse("unprocessable", "data", "data is missing");
  return { ok: true, envelope: { id, source, command, data: field.get("data") } };
};
