// SPDX-License-Identifier: Apache-2.0
// What these pages say, loaded with them.
import { addTexts } from "@/i18n";
import { enJobs } from "@/i18n/en_jobs";
import { zhJobs } from "@/i18n/zh_jobs";

addTexts({ en: enJobs, "zh-CN": zhJobs });
