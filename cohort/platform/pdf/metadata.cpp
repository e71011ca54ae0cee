// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/pdf/metadata.h"

namespace cohort::pdf {

static std::string escaped(const std::string& text) {
    std::string xml;
    for (const char c : text) {
        if (c == '&')
            xml += "&amp;";
        else if (c == '<')
            xml += "&lt;";
        else if (c == '>')
            xml += "&gt;";
        else
            xml += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
    return xml;
}

std::string metadata(const About& about) {
    // To the second, as the file's own date has it.
    const std::string date = to_rfc3339(about.made).substr(0, 19) + "Z";
    return "<?xpacket begin=\"\xEF\xBB\xBF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
           "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n"
           "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
           "<rdf:Description rdf:about=\"\"\n"
           "  xmlns:dc=\"http://purl.org/dc/elements/1.1/\"\n"
           "  xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\"\n"
           "  xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\"\n"
           "  xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\">\n"
           "<pdfaid:part>2</pdfaid:part>\n"
           "<pdfaid:conformance>B</pdfaid:conformance>\n"
           "<dc:format>application/pdf</dc:format>\n"
           "<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">" +
           escaped(about.title) +
           "</rdf:li></rdf:Alt></dc:title>\n"
           "<pdf:Producer>Cohort</pdf:Producer>\n"
           "<xmp:CreateDate>" +
           date + "</xmp:CreateDate>\n<xmp:ModifyDate>" + date +
           "</xmp:ModifyDate>\n"
           "</rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"w\"?>";
}

// "D:20261122183000Z"
static std::string file_date(Instant at) {
    std::string digits;
    for (const char c : to_rfc3339(at).substr(0, 19))
        if (c >= '0' && c <= '9') digits += c;
    return "(D:" + digits + "Z)";
}

int add_info(File& file, const About& about) {
    return file.add("<< /Title " + text_string(about.title) +
                    "\n   /Producer (Cohort)\n   /CreationDate " + file_date(about.made) +
                    "\n   /ModDate " + file_date(about.made) + "\n>>");
}

int add_catalogue(File& file, const About& about, int pages) {
    const int description = file.add_plain("/Type /Metadata /Subtype /XML", metadata(about));
    const int profile = file.add_packed("/N 3", srgb_profile());
    const int intent = file.add(
        "<< /Type /OutputIntent /S /GTS_PDFA1 /OutputConditionIdentifier (sRGB)\n"
        "   /Info (sRGB IEC61966-2.1) /DestOutputProfile " +
        reference(profile) + " >>");
    return file.add("<< /Type /Catalog /Pages " + reference(pages) + "\n   /Metadata " +
                    reference(description) + "\n   /OutputIntents [ " + reference(intent) +
                    " ]\n   /Lang (" + about.language + ")\n>>");
}

}  // namespace cohort::pdf
