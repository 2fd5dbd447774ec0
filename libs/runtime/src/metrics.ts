import type { Registry } from "prom-client";

/** Something that can be read whenever somebody asks for metrics; the work itself counts in plain numbers. */
export interface Measure {
  /** Without the `countersign_` in front. */
  readonly name: string;
  readonly help: string;
  readonly kind: "gauge" | "counter";
  /** One value, or one for each value of the label. */
  readonly read: () => number | ReadonlyMap<string, number>;
  readonly label?: string;
}

/** `/metrics` in Prometheus' text format. */
export interface Metrics {
  text(): Promise<string>;
}

const rowsOf = ({ read, label }: Measure): [Record<string, string>, number][] => {
  const value = read();
  return typeof value === "number"
    ? [[{}, value]]
    : [...value].map(([of, number]) => [{ [label ?? "of"]: of }, number]);
};

const makeRegistry = async (service: string, measures: readonly Measure[]): Promise<Registry> => {
  const { collectDefaultMetrics, Counter, Gauge, Registry: Made } = await import("prom-client");
  const registry = new Made();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry, prefix: "countersign_" });
  for (const measure of measures) {
    const settings = {
      name: `countersign_${measure.name}`,
      help: measure.help,
      labelNames: measure.label === undefined ? [] : [measure.label],
      registers: [registry],
    };
    if (measure.kind === "gauge")
      new Gauge({
        ...settings,
        collect() {
          for (const [labels, value] of rowsOf(measure)) this.set(labels, value);
        },
      });
    else
      new Counter({
        ...settings,
        collect() {
          this.reset();
          for (const [labels, value] of rowsOf(measure)) this.inc(labels, value);
        },
      });
  }
  return registry;
};

/** Metrics of this process. Nothing is loaded or measured before somebody asks for the first time. */
export const makeMetrics = (service: string, measures: readonly Measure[]): Metrics => {
  let registry: Promise<Registry> | undefined;
  return {
    async text() {
      registry ??= makeRegistry(service, measures);
      return (await registry).metrics();
    },
  };
};
