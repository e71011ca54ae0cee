// SPDX-License-Identifier: Apache-2.0
// Small pictures of numbers, drawn without a library.

/** The last values of one figure as a line; the newest is at the right edge. */
export function Sparkline({ values, label }: { values: number[]; label: string }) {
  const [width, height] = [240, 48];
  const most = Math.max(1, ...values);
  const step = width / Math.max(1, values.length - 1);
  const points = values.map(
    (value, index) =>
      `${(index * step).toFixed(1)},${(height - 3 - (value / most) * (height - 8)).toFixed(1)}`,
  );
  return (
    <svg
      className="sparkline"
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <line
        x1="0"
        x2={width}
        y1={height - 2.5}
        y2={height - 2.5}
        stroke="#c8d0da"
        vectorEffect="non-scaling-stroke"
      />
      {points.length > 1 && (
        <>
          <polygon
            points={`0,${height - 3} ${points.join(" ")} ${width},${height - 3}`}
            fill="#0b5fc0"
            opacity="0.12"
          />
          <polyline
            points={points.join(" ")}
            fill="none"
            stroke="#0b5fc0"
            strokeWidth="2"
            vectorEffect="non-scaling-stroke"
          />
        </>
      )}
    </svg>
  );
}

export interface Part {
  key: string;
  value: number;
  colour: string;
  label: string;
}

/** Parts of a whole as one bar with its legend; every part has its count in words. */
export function StackedBar({ parts, label }: { parts: Part[]; label: string }) {
  const total = parts.reduce((sum, part) => sum + part.value, 0);
  return (
    <figure className="stacked" aria-label={label}>
      <div className="stacked-bar" aria-hidden="true">
        {parts
          .filter((part) => part.value > 0)
          .map((part) => (
            <span
              key={part.key}
              style={{ flexGrow: part.value / Math.max(1, total), background: part.colour }}
            />
          ))}
      </div>
      <figcaption>
        {parts.map((part) => (
          <span key={part.key}>
            <i style={{ background: part.colour }} /> {part.label}
          </span>
        ))}
      </figcaption>
    </figure>
  );
}
