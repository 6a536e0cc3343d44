// Numbers as people read them.

/** With three digits that count; thousands apart. */
export function readable(value: number, unit: string): string {
  const [scaled, name] = scale(value, unit);
  return name === "" ? digits(scaled) : `${digits(scaled)} ${name}`;
}

/** The number alone, where a column's head tells the unit. */
export function digits(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Number.isInteger(value)) return value.toLocaleString("en-US");
  const size = Math.abs(value);
  if (size >= 100) return Math.round(value).toLocaleString("en-US");
  if (size >= 10) return value.toFixed(1);
  return size >= 1 ? value.toFixed(2) : Number(value.toPrecision(2)).toString();
}

function scale(value: number, unit: string): [value: number, unit: string] {
  if (unit === "B") {
    if (value >= 2 ** 20) return [value / 2 ** 20, "MiB"];
    return value >= 2 ** 10 ? [value / 2 ** 10, "KiB"] : [value, "B"];
  }
  if (unit === "s") {
    if (value >= 1) return [value, "s"];
    return value >= 1e-3 ? [value * 1e3, "ms"] : [value * 1e6, "µs"];
  }
  return [value, unit];
}
