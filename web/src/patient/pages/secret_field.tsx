// SPDX-License-Identifier: Apache-2.0
import { useId } from "react";

interface SecretFieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** A code is read off a paper and may be seen; a PIN may not. */
  isCode?: boolean;
  isNew?: boolean;
}

export function SecretField({ label, value, onChange, isCode, isNew }: SecretFieldProps) {
  const id = useId();
  const kept = isNew ? "new-password" : "current-password";
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type={isCode ? "text" : "password"}
        inputMode={isCode ? "numeric" : undefined}
        autoComplete={isCode ? "one-time-code" : kept}
        required
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  );
}
