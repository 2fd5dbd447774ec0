import { parseDelegation } from "@countersign/api-contract/delegations.ts";
import { PERSON_ID } from "@countersign/api-contract/ids.ts";
import { limits, exceedsBytes } from "@countersign/api-contract/limits.ts";
import type {
  Delegation,
  DelegationState,
  KnownDelegation,
} from "@countersign/domain/delegation/delegation.ts";
import { delegationView } from "@countersign/domain/delegation/view.ts";
import type { JsonObject } from "@countersign/domain/json.ts";
import { refuse } from "@countersign/domain/request/refusals.ts";
import type { Reply } from "@countersign/messaging/bus.ts";
import { toIso } from "@countersign/runtime/clock.ts";
import type { Decider } from "../decider.ts";
import { bodyOf, envelopeOf, type Incoming } from "../incoming.ts";
import { readOutOfOffice } from "../out-of-office.ts";
import { bodyRefusal, no, Refused, yes } from "../reply.ts";

/** The delegation as it stands now; one with this id was just made or found. */
const shown = (decider: Decider, state: DelegationState, id: string): JsonObject | null => {
  const known = state.delegations.get(id);
  return known === undefined ? null : delegationView(known, toIso(decider.engine.clock.now()));
};

/** The id a repeat of this command finds again, and otherwise a new one. */
const delegationId = (decider: Decider, commandId: string, { idempotencyKey }: Incoming): string =>
  `dlg_${idempotencyKey === null ? decider.ids.ulid() : commandId.replace(/^cmd_/, "")}`;

/** Hands one's own slots, or (an admin) somebody's, over for a time. */
export const delegate = async (decider: Decider, incoming: Incoming): Promise<Reply> => {
  const body = bodyOf(incoming);
  const parsed = parseDelegation(body);
  const envelope = envelopeOf(incoming, decider.ids, "delegate", body);
  const id = delegationId(decider, envelope.commandId, incoming);
  const outcome = await decider.delegations(envelope, (now) => {
    if (!parsed.ok) return bodyRefusal(parsed.error);
    const { to, from, starts_at, ends_at, policies, roles, exclusive, redelegate, reason } =
      parsed.value;
    const delegation: Delegation = {
      id,
      from: from ?? incoming.principal.id,
      to,
      startsAt: starts_at ?? now,
      endsAt: ends_at,
      policies: policies ?? null,
      roles: roles ?? null,
      exclusive: exclusive ?? false,
      redelegate: redelegate ?? false,
      reason: reason ?? null,
    };
    return { type: "delegate", delegation };
  });
  if (!outcome.ok) return no(outcome.refusal);
  return yes(
    outcome.effect === "appended" ? "created" : "repeated",
    JSON.stringify(shown(decider, outcome.fold.state, id)),
  );
};

/** Ends a delegation at once. */
export const revokeDelegation = async (decider: Decider, incoming: Incoming): Promise<Reply> => {
  const id = incoming.target;
  const envelope = envelopeOf(incoming, decider.ids, "revoke-delegation", bodyOf(incoming));
  const outcome = await decider.delegations(envelope, () => ({ type: "revoke-delegation", id }));
  if (!outcome.ok) return no(outcome.refusal);
  return yes("done", JSON.stringify(shown(decider, outcome.fold.state, id)));
};

const isSame =
  (wanted: Delegation) =>
  (known: KnownDelegation): boolean =>
    known.revokedAt === null &&
    known.from === wanted.from &&
    known.to === wanted.to &&
    known.startsAt === wanted.startsAt &&
    known.endsAt === wanted.endsAt;

/** Every time away in a calendar file becomes a delegation of the caller's slots, or none does. */
export const importDelegations = async (decider: Decider, incoming: Incoming): Promise<Reply> => {
  const { headers, target: to, principal, org, body } = incoming;
  const contentType = (headers["Countersign-Content-Type"] ?? "").split(";")[0]?.trim() ?? "";
  if (contentType.toLowerCase() !== "text/calendar")
    throw new Refused({
      code: "unsupported-media-type",
      message: `A calendar is text/calendar; not ${contentType || "unnamed"}.`,
    });
  if (!PERSON_ID.test(to))
    throw new Refused({ code: "bad-request", message: "to must name the delegate, a person." });
  if (exceedsBytes(body, limits.body))
    throw new Refused({ code: "payload-too-large", message: "The calendar is too large." });
  const zone = decider.engine.references.of(org).directory.people.get(principal.id)?.zone ?? "UTC";
  const envelope = envelopeOf(incoming, decider.ids, "import-delegations", body);
  const read = readOutOfOffice(body, zone, decider.engine.clock.now());
  const wanted: readonly Delegation[] = read.ok
    ? read.absences.map((absence) => ({
        ...absence,
        id: `dlg_${decider.ids.ulid()}`,
        from: principal.id,
        to,
        policies: null,
        roles: null,
        exclusive: false,
        redelegate: false,
      }))
    : [];
  const outcome = await decider.delegations(envelope, () => {
    if (read.ok) return { type: "import-delegations", delegations: wanted };
    const [first] = read.faults;
    return refuse(
      "unprocessable",
      `The calendar was not imported: ${first?.path ?? "file"}: ${first?.message ?? ""}`,
      { faults: read.faults.map((fault) => ({ ...fault })) },
    );
  });
  if (!outcome.ok) return no(outcome.refusal);
  const known = [...outcome.fold.state.delegations.values()];
  const items = wanted.flatMap((each) => {
    const stands = known.find(isSame(each));
    return stands === undefined ? [] : [shown(decider, outcome.fold.state, stands.id)];
  });
  return yes(outcome.effect === "appended" ? "created" : "repeated", JSON.stringify({ items }));
};
