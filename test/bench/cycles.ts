import { HttpConnection, type Answer } from "./http-connection.ts";

/** Who asks and who approves, where. */
export interface Target {
  readonly port: number;
  readonly askerToken: string;
  readonly approverToken: string;
  readonly policy: string;
}

export interface CyclesResult {
  readonly callers: number;
  readonly cycles: number;
  readonly cyclesPerSecond: number;
  /** Milliseconds from sending the approval to the long-polling asker having its answer. */
  readonly resumeP50: number;
  readonly resumeP99: number;
}

const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

const expectStatus = (answer: Answer, status: number): string => {
  if (answer.status !== status)
    throw new Error(`expected ${status}, got ${answer.status}: ${answer.body.slice(0, 300)}`);
  return answer.body;
};

const base = "/api/v1/orgs/demo/approvals";

/** One caller: an asking and an approving connection, cycle after cycle until `until`. */
const caller = async (target: Target, number: number, until: number): Promise<number[]> => {
  const asker = await HttpConnection.open(target.port);
  const approver = await HttpConnection.open(target.port);
  const resumes: number[] = [];
  try {
    for (let count = 0; performance.now() < until; count++) {
      const ask = JSON.stringify({
        title: `Deploy app:v${number}.${count} to production`,
        description: "Rolls out the image that passed the staging tests last night.",
        action: {
          type: "kubernetes:deploy",
          tool: "kubectl",
          parameters: { namespace: "production", image: `app:v${number}.${count}`, replicas: 3 },
        },
        reason_codes: ["REQUIRES_APPROVAL"],
        policy: target.policy,
        risk_snapshot: { score: 0.4, estimated_cost_usd: 0.5 },
        links: { pipeline: "release", run: `run-${number}` },
      });
      const created = expectStatus(await asker.request("POST", base, target.askerToken, ask), 201);
      const id = created.slice(7, created.indexOf('"', 7));
      const resumed = asker.request("GET", `${base}/${id}?wait=30s`, target.askerToken);
      const seen = expectStatus(
        await approver.request("GET", `${base}/${id}`, target.approverToken),
        200,
      );
      const hashAt = seen.indexOf('"payload_hash":"') + 16;
      const vote = `{"payload_hash":"${seen.slice(hashAt, hashAt + 71)}","level":1}`;
      const sent = performance.now();
      const approved = approver.request(
        "POST",
        `${base}/${id}/approve`,
        target.approverToken,
        vote,
      );
      const answer = expectStatus(await resumed, 200);
      resumes.push(performance.now() - sent);
      expectStatus(await approved, 200);
      if (!answer.includes('"status":"approved"'))
        throw new Error(`the asker was resumed with ${answer.slice(0, 300)}`);
    }
    return resumes;
  } finally {
    asker.close();
    approver.close();
  }
};

/**
 * Full cycles over HTTP: ask → read it pending → approve → the long-polling asker has its answer. Four requests with
 * identity, rules and all projections on; every acknowledgement after its fsync.
 */
export const runCycles = async (
  target: Target,
  callers: number,
  seconds: number,
): Promise<CyclesResult> => {
  const started = performance.now();
  const until = started + seconds * 1000;
  const all = await Promise.all(
    Array.from({ length: callers }, (_, number) => caller(target, number, until)),
  );
  const took = performance.now() - started;
  const resumes = all.flat().toSorted((a, b) => a - b);
  return {
    callers,
    cycles: resumes.length,
    cyclesPerSecond: (resumes.length * 1000) / took,
    resumeP50: percentile(resumes, 0.5),
    resumeP99: percentile(resumes, 0.99),
  };
};
