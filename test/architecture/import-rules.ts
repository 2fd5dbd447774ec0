/**
 * Who may import what, as data. `docs/architecture.md` shows the same table to people; `imports.test.ts` holds the
 * sources against it with dependency-cruiser. To allow an import, change a line here and say why in the commit.
 */
import type { ICruiseOptions, IFlattenedRuleSet } from "dependency-cruiser";

/** What one library may reach besides itself. */
export interface Allowed {
  readonly libs?: readonly string[];
  /** Libraries of which only types may be imported: the ports of `runtime`, handed in as arguments. */
  readonly typesOf?: readonly string[];
  readonly packages?: readonly string[];
  /** Node's own modules. Off where the code must run in a browser or in a seeded simulation. */
  readonly node?: boolean;
}

export const libraries: Readonly<Record<string, Allowed>> = {
  domain: {},
  definitions: {
    libs: ["domain"],
    packages: ["yaml", "smol-toml", "@marcbachmann/cel-js", "@bufbuild/re2", "ical.js"],
  },
  // Node only to load Temporal when the first calendar asks for it.
  "business-time": { libs: ["domain"], packages: ["temporal-polyfill"], node: true },
  "event-store": {},
  "event-store-sqlite": { libs: ["event-store", "runtime"], node: true },
  "event-store-esdb": {
    libs: ["event-store", "runtime"],
    packages: ["@eventstore/db-client"],
    node: true,
  },
  messaging: {},
  "messaging-memory": { libs: ["messaging", "runtime"], node: true },
  "messaging-nats": { libs: ["messaging", "runtime"], packages: ["nats"], node: true },
  application: {
    libs: ["domain", "event-store"],
    typesOf: ["runtime"],
    packages: ["canonicalize", "ajv", "rfc6902", "@bufbuild/re2"],
    node: true,
  },
  subscriptions: { libs: ["event-store"], typesOf: ["runtime"], node: true },
  "read-models": { libs: ["domain"], typesOf: ["runtime"], packages: ["kysely"], node: true },
  "api-contract": { packages: ["zod"] },
  client: { libs: ["api-contract"] },
  identity: { packages: ["jose"], node: true },
  runtime: { packages: ["pino", "prom-client", "ulid", "close-with-grace"], node: true },
  check: { libs: ["domain"] },
};

const adapters = "^libs/(event-store-(sqlite|esdb)|messaging-(memory|nats))/";

type Rules = NonNullable<IFlattenedRuleSet["forbidden"]>;

const escaped = (name: string): string => name.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Type declarations of a package without its own stand in `@types`, with `__` for the slash of a scope. */
const packagePaths = (name: string): string[] => [
  `^node_modules/${escaped(name)}/`,
  `^node_modules/@types/${escaped(name.replace("@", "").replace("/", "__"))}/`,
];

const libraryRules = ([name, allowed]: [string, Allowed]): Rules => {
  const { libs = [], typesOf = [], packages = [], node = false } = allowed;
  const from = { path: `^libs/${name}/` };
  const reachable = [name, ...libs, ...typesOf].map((lib) => `^libs/${lib}/`);
  const rules: Rules = [
    {
      name: `${name}-imports-only-what-the-table-allows`,
      severity: "error",
      from,
      to: {
        pathNot: [...reachable, ...packages.flatMap(packagePaths)],
        dependencyTypesNot: ["core", "unknown"],
      },
    },
    ...typesOf.map((lib) => ({
      name: `${name}-takes-only-types-of-${lib}`,
      severity: "error" as const,
      from,
      to: { path: `^libs/${lib}/`, dependencyTypesNot: ["type-only" as const] },
    })),
  ];
  if (!node) {
    rules.push({
      name: `${name}-is-free-of-node`,
      severity: "error",
      from,
      to: { dependencyTypes: ["core"] },
    });
  }
  return rules;
};

const forbidden: Rules = [
  {
    name: "every-import-resolves",
    severity: "error",
    comment: "An import that is not found would pass every other rule.",
    from: {},
    to: { couldNotResolve: true },
  },
  {
    name: "no-circles",
    severity: "error",
    from: { path: "^(libs|services)/" },
    to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
  },
  {
    name: "every-library-is-in-the-table",
    severity: "error",
    from: { path: `^libs/(?!(${Object.keys(libraries).join("|")})/)` },
    to: {},
  },
  ...Object.entries(libraries).flatMap(libraryRules),
  {
    name: "libraries-know-no-service-and-no-test",
    severity: "error",
    from: { path: "^libs/" },
    to: { path: "^(services|test)/" },
  },
  {
    name: "services-know-no-test",
    severity: "error",
    from: { path: "^services/" },
    to: { path: "^test/" },
  },
  {
    name: "services-do-not-import-each-other",
    severity: "error",
    comment: "They talk over the bus. Standalone composes them all into one process.",
    from: { path: "^services/(?!standalone/)([^/]+)/" },
    to: { path: "^services/", pathNot: "^services/$1/" },
  },
  {
    name: "adapters-only-in-compose",
    severity: "error",
    comment:
      "Which store and which bus is chosen where a process or a thread of a service is put together, nowhere else.",
    from: { path: "^services/", pathNot: "^services/[^/]+/src/compose[a-z-]*\\.ts$" },
    to: { path: adapters },
  },
];

/** Settings of a run over the folder `baseDir`, whose `libs`, `services` and `test` are looked at. */
export const cruiseOptions = (baseDir: string): ICruiseOptions => ({
  baseDir,
  validate: true,
  ruleSet: { forbidden },
  tsPreCompilationDeps: true,
  combinedDependencies: true,
  doNotFollow: { path: "node_modules" },
  // Without these, the `./*.ts` exports of the workspaces are not found, and what is not found passes.
  enhancedResolveOptions: {
    exportsFields: ["exports"],
    conditionNames: ["import", "node", "default"],
  },
});
