// How something grows with something else.

export interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * The k of y = c·x^k: 1 where twice as much of x takes twice as much of y. By least squares
 * of the logarithms; all numbers are above 0, and there are two or more x.
 */
export function exponent(points: readonly Point[]): number {
  if (points.some(({ x, y }) => !(x > 0 && y > 0))) {
    throw new Error("Cannot fit what isn't above 0");
  }
  const [xs, ys] = [points.map(({ x }) => Math.log(x)), points.map(({ y }) => Math.log(y))];
  const [meanX, meanY] = [mean(xs), mean(ys)];
  const spread = mean(xs.map((x) => (x - meanX) ** 2));
  if (!(spread > 0)) throw new Error("Cannot fit fewer than two places");
  return mean(xs.map((x, at) => (x - meanX) * (ys[at]! - meanY))) / spread;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
