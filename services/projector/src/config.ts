import { parseArgs } from "node:util";
import {
  readSettings,
  type Configured,
  type Environment,
  type Settings,
} from "@countersign/runtime/config.ts";
import {
  readBackgroundConfig,
  type BackgroundConfig,
} from "@countersign/runtime/settings-of-services.ts";
import { partNames, type PartName } from "./open-part.ts";

/** What a projector in a process of its own needs to know. */
export interface ProjectorConfig extends BackgroundConfig {
  /** The read models it builds and answers for. */
  readonly only: readonly PartName[];
}

/** Without `COUNTERSIGN_HTTP`: beside the gateway's 4400. */
const PORT = 4402;

/** `--only queue`, `--only stats,audit`, or several of it; all without. */
const readOnly = (settings: Settings, args: readonly string[]): readonly PartName[] => {
  const names = `--only takes ${partNames.join(", ")}`;
  let asked: string[] = [];
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { only: { type: "string", multiple: true } },
    });
    asked = (values.only ?? []).flatMap((value) => value.split(",")).map((name) => name.trim());
  } catch (error) {
    settings.problem("--only", error instanceof Error ? `${error.message}; ${names}.` : names);
  }
  for (const name of asked)
    if (!partNames.some((known) => known === name))
      settings.problem("--only", `There is no read model "${name}"; ${names}.`);
  return asked.length === 0 ? partNames : partNames.filter((name) => asked.includes(name));
};

/** Checks environment and arguments together: either a config, or every problem. */
export const readConfig = (
  environment: Environment,
  args: readonly string[],
): Configured<ProjectorConfig> =>
  readSettings(environment, (settings) => ({
    ...readBackgroundConfig(settings, PORT),
    only: readOnly(settings, args),
  }));
