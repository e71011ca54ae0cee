// SPDX-License-Identifier: Apache-2.0
import { Radio, Select } from "antd";
import type { KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import type { UnitDef } from "@/api";
import { useStudyText } from "@/study/use_study";

interface UnitChoiceProps {
  id: string;
  label: string;
  units: UnitDef[];
  unit: string | null;
  /** There is a value, so its unit must be known. */
  isAsked: boolean;
  disabled: boolean;
  onChange: (unit: string) => void;
}

/** Up to this number they stand beside the value, more open as a list. */
const shownMost = 4;

/** The unit beside the value: said where there is one, asked for where there are several. */
export function UnitChoice(props: UnitChoiceProps) {
  const { id, label, units, unit, isAsked, disabled, onChange } = props;
  const { t } = useTranslation();
  const text = useStudyText();
  if (units.length === 0) return null;
  const options = units.map(({ oid, symbol, name }) => ({ value: oid, label: text(symbol, name) }));
  if (options.length === 1) return <span className="item-unit">{options[0]?.label}</span>;
  const choose = (event: KeyboardEvent): void => {
    const option = options[Number(event.key) - 1];
    if (!/^[1-9]$/.test(event.key) || !option || disabled) return;
    event.preventDefault();
    onChange(option.value);
  };
  const isShown = options.length <= shownMost;
  const name = `${label}: ${t("form/unit")}`;
  return (
    // Enter in the value stops here while the unit is open.
    <span
      className="item-units"
      data-open={isAsked && unit === null}
      onKeyDown={isShown ? choose : undefined}
    >
      {isShown ? (
        <Radio.Group
          name={`${id}-unit`}
          aria-label={name}
          disabled={disabled}
          options={options}
          value={unit}
          onChange={(event) => onChange(String(event.target.value))}
        />
      ) : (
        <Select
          aria-label={name}
          placeholder={t("form/unit")}
          disabled={disabled}
          options={options}
          value={unit}
          onChange={onChange}
        />
      )}
    </span>
  );
}
