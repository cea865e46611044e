import { describe, expect, it } from "vitest";
import { ActiveStreams } from "../../src/read/active-streams.ts";
import { FakeClock } from "../helpers/fake-clock.ts";

describe("ActiveStreams", () => {
  it("counts the streams that have read lately", () => {
    const clock = new FakeClock();
    const streams = new ActiveStreams(clock, 1000);
    const [a, b, c] = [{}, {}, {}];
    expect([streams.touch(a), streams.touch(b), streams.touch(b)]).toEqual([1, 2, 2]);
    clock.advance(900);
    expect(streams.touch(a)).toBe(2);
    clock.advance(200);
    expect(streams.touch(c)).toBe(2);
    clock.advance(5000);
    expect(streams.touch(b)).toBe(1);
  });

  it("forgets a stream that has ended", () => {
    const streams = new ActiveStreams(new FakeClock(), 1000);
    const [a, b] = [{}, {}];
    streams.touch(a);
    streams.forget(a);
    expect(streams.touch(b)).toBe(1);
  });
});
