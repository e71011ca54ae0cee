// SPDX-License-Identifier: Apache-2.0
// What these pages say, loaded with them.
import { addTexts } from "@/i18n";
import { enRates } from "@/i18n/en_rates";
import { zhRates } from "@/i18n/zh_rates";

addTexts({ en: enRates, "zh-CN": zhRates });
