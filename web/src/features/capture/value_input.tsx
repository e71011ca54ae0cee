// SPDX-License-Identifier: Apache-2.0
import { CalendarOutlined } from "@ant-design/icons";
import { Button, Calendar, Input, Popover, Radio, Select } from "antd";
import dayjs from "dayjs";
import { useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import type { CodeListDef, ItemDef } from "@/api";
import { useStudyText } from "@/study/use_study";
import { sortOf } from "./item_value";

export interface InputProps {
  id: string;
  item: ItemDef;
  label: string;
  codeList: CodeListDef | undefined;
  raw: string;
  disabled: boolean;
  describedBy: string;
  isWrong: boolean;
  onChange: (raw: string) => void;
}

/** Lists up to this length are shown whole, longer ones open. */
const radioMost = 6;

export function ValueInput(props: InputProps) {
  const { t } = useTranslation();
  const text = useStudyText();
  const sort = sortOf(props.item.data_type);
  if (props.codeList) {
    const options = props.codeList.entries.map((entry) => ({
      value: entry.value,
      label: text(entry.text, entry.value),
    }));
    return options.length <= radioMost ? (
      <Choices {...props} options={options} />
    ) : (
      <LongList {...props} options={options} />
    );
  }
  if (sort === "boolean") {
    const options = [
      { value: "true", label: t("form/yes") },
      { value: "false", label: t("form/no") },
    ];
    return <Choices {...props} options={options} />;
  }
  if (sort === "date" || sort === "partial_date") return <DateInput {...props} />;
  const isLong = sort === "text" && (props.item.length ?? 0) > 100;
  const common = {
    id: props.id,
    value: props.raw,
    disabled: props.disabled,
    autoComplete: "off",
    "aria-describedby": props.describedBy,
    "aria-invalid": props.isWrong,
    onChange: (event: { target: { value: string } }) => props.onChange(event.target.value),
  };
  if (isLong) return <Input.TextArea {...common} autoSize={{ minRows: 2, maxRows: 8 }} />;
  const isNumber = sort === "integer" || sort === "number";
  return (
    <Input
      {...common}
      inputMode={sort === "integer" ? "numeric" : isNumber ? "decimal" : "text"}
      className={isNumber ? "value-number" : sort === "text" ? "value-text" : "value-moment"}
      placeholder={
        sort === "time"
          ? t("form/timeHint")
          : sort === "datetime"
            ? t("form/datetimeHint")
            : undefined
      }
    />
  );
}

interface Option {
  value: string;
  label: string;
}

/** Radio buttons; a digit chooses, so a walk through the form stays on the number pad. */
function Choices({ options, ...props }: InputProps & { options: Option[] }) {
  const choose = (event: KeyboardEvent): void => {
    const option = options[Number(event.key) - 1];
    if (!/^[1-9]$/.test(event.key) || !option || props.disabled) return;
    event.preventDefault();
    props.onChange(option.value);
  };
  const isUnknown = props.raw !== "" && !options.some((option) => option.value === props.raw);
  return (
    <div onKeyDown={choose}>
      <Radio.Group
        id={props.id}
        name={props.id}
        aria-labelledby={`${props.id}-label`}
        aria-describedby={props.describedBy}
        value={props.raw}
        disabled={props.disabled}
        options={isUnknown ? [...options, { value: props.raw, label: props.raw }] : options}
        onChange={(event) => props.onChange(String(event.target.value))}
      />
    </div>
  );
}

function LongList({ options, ...props }: InputProps & { options: Option[] }) {
  const { t } = useTranslation();
  return (
    <Select<string>
      id={props.id}
      className="value-list"
      showSearch={{ optionFilterProp: "label" }}
      allowClear
      aria-label={props.label}
      aria-describedby={props.describedBy}
      placeholder={t("form/choose")}
      disabled={props.disabled}
      value={props.raw === "" ? undefined : props.raw}
      options={options}
      onChange={(value?: string) => props.onChange(value ?? "")}
    />
  );
}

function DateInput(props: InputProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const isPartial = sortOf(props.item.data_type) === "partial_date";
  const typed = dayjs(props.raw);
  return (
    <span className="value-date">
      <Input
        id={props.id}
        value={props.raw}
        disabled={props.disabled}
        autoComplete="off"
        inputMode="numeric"
        aria-describedby={props.describedBy}
        aria-invalid={props.isWrong}
        placeholder={isPartial ? t("form/partialHint") : t("form/dateHint")}
        onChange={(event) => props.onChange(event.target.value)}
      />
      <Popover
        trigger="click"
        open={open}
        onOpenChange={setOpen}
        destroyOnHidden
        content={
          <div style={{ width: 290 }}>
            <Calendar
              fullscreen={false}
              value={typed.isValid() && props.raw.length === 10 ? typed : dayjs()}
              onSelect={(date, { source }) => {
                if (source !== "date") return;
                props.onChange(date.format("YYYY-MM-DD"));
                setOpen(false);
              }}
            />
          </div>
        }
      >
        {/* The mouse's way to a date; the keyboard types it, so Tab does not stop here. */}
        <Button
          tabIndex={-1}
          icon={<CalendarOutlined />}
          disabled={props.disabled}
          aria-label={t("form/calendar", { item: props.label })}
        />
      </Popover>
    </span>
  );
}
