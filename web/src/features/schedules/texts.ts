// SPDX-License-Identifier: Apache-2.0
// What this says, loaded with the pages it is on.
import { addTexts } from "@/i18n";
import { enSchedules } from "@/i18n/en_schedules";
import { zhSchedules } from "@/i18n/zh_schedules";
import "../jobs/texts";

addTexts({ en: enSchedules, "zh-CN": zhSchedules });
