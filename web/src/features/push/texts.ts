// SPDX-License-Identifier: Apache-2.0
// What these pages say, loaded with them.
import { addTexts } from "@/i18n";
import { enPush } from "@/i18n/en_push";
import { zhPush } from "@/i18n/zh_push";

addTexts({ en: enPush, "zh-CN": zhPush });
