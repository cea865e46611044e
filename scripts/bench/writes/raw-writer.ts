import { Agent } from "undici";
import { ownCpuSeconds } from "../rig/usage.ts";
import { RawUploads } from "./raw-uploads.ts";
import type { Writer } from "./writer.ts";

/** The same bytes without a mount, with as many requests under way as the workload says. */
export function rawWriter(streams: number): Writer {
  return {
    name: `raw undici × ${streams}`,
    isRaw: true,
    prepare: (destination, { sources }) => {
      const dispatcher = new Agent({ connections: streams, pipelining: 1 });
      const uploads = new RawUploads(dispatcher, destination, streams);
      const cpuBefore = ownCpuSeconds();
      return Promise.resolve({
        write: async (signal) => await uploads.send(sources, signal),
        // It runs inside this process, whose memory says nothing about it.
        usage: () => ({
          cpuSeconds: ownCpuSeconds() - cpuBefore,
          peakRssBytes: 0,
          writtenBytes: 0,
        }),
        [Symbol.asyncDispose]: () => dispatcher.destroy(),
      });
    },
  };
}
