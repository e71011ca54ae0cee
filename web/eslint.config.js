// SPDX-License-Identifier: Apache-2.0
import js from "@eslint/js";
import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

export default tseslint.config(
    { ignores: ["dist", "node_modules", "src/api/schema.ts"] },
    js.configs.recommended,
    tseslint.configs.recommended,
    hooks.configs.flat["recommended-latest"],
    {
        rules: {
            eqeqeq: "error",
            // The virtualiser cannot be compiled by React's compiler, and none runs here.
            "react-hooks/incompatible-library": "off",
            "no-console": "error",
            "max-lines": ["error", 600],
            "@typescript-eslint/no-non-null-assertion": "error",
            "@typescript-eslint/consistent-type-imports": "error",
        },
    },
    { files: ["e2e/**"], rules: { "no-console": "off" } },
);
