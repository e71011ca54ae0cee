// SPDX-License-Identifier: Apache-2.0
// What this page says, loaded with it.
import { addTexts } from "@/i18n";
import { enTables } from "@/i18n/en_tables";
import { zhTables } from "@/i18n/zh_tables";

addTexts({ en: enTables, "zh-CN": zhTables });
