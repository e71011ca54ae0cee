// SPDX-License-Identifier: Apache-2.0
// What these pages say, loaded with them.
import { addTexts } from "@/i18n";
import { enResponses } from "@/i18n/en_responses";
import { zhResponses } from "@/i18n/zh_responses";

addTexts({ en: enResponses, "zh-CN": zhResponses });
