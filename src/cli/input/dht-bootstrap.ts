import { parseHostPort } from "../../base/index.ts";
import { CommandLineError, parseArgument } from "../output/problem.ts";

/**
 * The environment variable that lists the DHT nodes to query first, separated by commas. When it is empty, there are
 * none.
 */
const VARIABLE = "MILLRACE_DHT_BOOTSTRAP";

/**
 * Collects DHT nodes given as `HOST:PORT`. The option may be given several times, or with several nodes separated by
 * commas. Throws {@link CommandLineError}.
 */
export function nodesArgument(option: string): (text: string, before?: readonly string[]) => string[] {
  return (text, before = []) => {
    const nodes = text
      .split(",")
      .map((node) => node.trim())
      .filter((node) => node !== "");
    for (const node of nodes) {
      const { port } = parseArgument(option, () => parseHostPort(node));
      if (port === 0)
        throw new CommandLineError(
          `${option}: the port must be from 1 to 65535: got ${JSON.stringify(node.slice(0, 100))}`,
        );
    }
    return [...before, ...nodes];
  };
}

/**
 * Returns the DHT nodes to query first: those of the option, or those of MILLRACE_DHT_BOOTSTRAP when the option is
 * missing; `undefined` for the default nodes. Throws {@link CommandLineError}.
 */
export function dhtBootstrap(named: readonly string[] | undefined): readonly string[] | undefined {
  if (named !== undefined) return named;
  const text = process.env[VARIABLE];
  return text === undefined ? undefined : nodesArgument(VARIABLE)(text);
}
