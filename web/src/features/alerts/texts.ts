// SPDX-License-Identifier: Apache-2.0
// What this page says, loaded with it.
import { addTexts } from "@/i18n";
import { enAlerts } from "@/i18n/en_alerts";
import { zhAlerts } from "@/i18n/zh_alerts";

addTexts({ en: enAlerts, "zh-CN": zhAlerts });
