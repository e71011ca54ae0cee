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

}  // namespace cohort::pdf
