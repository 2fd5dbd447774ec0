/**
 * `npm run campaign <name> [-- options]`: a campaign at the size of a release. Prints its seed, what was run, how often
 * each situation was reached and what went wrong; the exit code is 1 then. The same seed runs the same campaign.
 */
import { runModelCampaign } from "./campaign-model.ts";
import { runSimulationCampaign } from "./campaign-simulation.ts";
import { runTimerCampaign } from "./campaign-timers.ts";

/** Takes the arguments behind the name, and answers whether all went well. */
type Campaign = (args: readonly string[]) => Promise<boolean>;

const campaigns: Readonly<Record<string, Campaign>> = {
  model: runModelCampaign,
  simulation: runSimulationCampaign,
  timers: runTimerCampaign,
};

const [name = "", ...args] = process.argv.slice(2);
const campaign = Object.hasOwn(campaigns, name) ? campaigns[name] : undefined;
if (campaign === undefined) {
  console.error(`There is no campaign "${name}". There are: ${Object.keys(campaigns).join(", ")}.`);
  process.exitCode = 1;
} else if (!(await campaign(args))) {
  process.exitCode = 1;
}
