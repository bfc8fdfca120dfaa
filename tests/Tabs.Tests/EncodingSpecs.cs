using System.Text;
using ActorBrowser.ChildEntrypoints.Rendering;

namespace ActorBrowser.TabsTests;

/// <summary>Encodings as defined by the Encoding, HTML, XML and JSON standards.</summary>
public sealed class EncodingSpecs
{
    private const string Words = "Привет мир";
    private static readonly string Padding = $"<!-- {new string('x', 1200)} -->";

    static EncodingSpecs() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    [Theory]
    [InlineData("ISO-8859-1", "windows-1252")]
    [InlineData(" \tUTF8\r\n", "utf-8")]
    [InlineData("x-unicode20utf8", "utf-8")]
    [InlineData("csiso88598i", "iso-8859-8-i")]
    [InlineData("sun_eu_greek", "iso-8859-7")]
    [InlineData("dos-874", "windows-874")]
    [InlineData("iso-ir-149", "euc-kr")]
    [InlineData("x-x-big5", "big5")]
    [InlineData("ms932", "shift_jis")]
    [InlineData("hz-gb-2312", "replacement")]
    [InlineData("unicodefffe", "utf-16be")]
    [InlineData("koi8-ru", "koi8-u")]
    [InlineData("utf-7", null)]
    [InlineData("utf-32", null)]
    [InlineData("ibm037", null)]
    [InlineData("", null)]
    public void A_label_stands_for_the_standard_s_encoding(string label, string? name) => Assert.Equal(name, PageEncoding.ByLabel(label)?.Name);

    [Fact]
    public void Every_label_of_the_standard_has_a_decoder()
    {
        var labels = EncodingLabels.All.ToArray();
        Assert.Equal(228, labels.Length);
        Assert.Equal(40, labels.Select(static label => PageEncoding.ByLabel(label)!.Name).Distinct().Count());
        foreach (var label in labels)
            Assert.NotEmpty(Text(PageEncoding.ByLabel(label)!, [0x41, 0xE9, 0xFF]));
    }

    [Theory]
    [InlineData("windows-1252", "80 81 9F E9", "€\u0081Ÿé")]
    [InlineData("iso-8859-16", "A4 AA", "€Ș")]
    [InlineData("koi8-u", "A4 AE F0", "єўП")]
    [InlineData("windows-874", "80 A1 DB", "€ก\uFFFD")]
    [InlineData("x-user-defined", "41 80 FF", "A\uF780\uF7FF")]
    [InlineData("x-mac-cyrillic", "80 FF", "А€")]
    [InlineData("replacement", "41 42", "\uFFFD")]
    [InlineData("gbk", "80 C4 E3 BA C3", "€你好")]
    [InlineData("gb18030", "81 30 81 30 90 30 81 30 A8 BC 84 31 A4 37", "\u0080\U00010000ḿ\uFFFD")]
    [InlineData("gb18030", "81 30 41 81 FF C4", "\uFFFD0A\uFFFD\uFFFD")]
    [InlineData("big5", "A7 41 88 62 88 A5 87 40 FA 40", "你Ê̄ê̌䏰𠕇")]
    [InlineData("big5", "A7 41 81 41 A7", "你\uFFFDA\uFFFD")]
    [InlineData("euc-kr", "B0 A1 81 41 C8 41 FF", "가갂\uFFFDA\uFFFD")]
    [InlineData("shift_jis", "93 FA 96 7B B1 F0 40 80 A0 82 3C", "日本ｱ\uE000\u0080\uFFFD\uFFFD<")]
    [InlineData("euc-jp", "C6 FC CB DC 8E B1 8F B0 A1 8F A1 41", "日本ｱ丂\uFFFDA")]
    [InlineData("iso-2022-jp", "1B 24 42 46 7C 4B 5C 1B 28 42 61 1B 28 4A 5C 7E 1B 28 49 31", "日本a¥‾ｱ")]
    [InlineData("iso-2022-jp", "1B 24 42 1B 28 42 61 1B 25 0E", "\uFFFDa\uFFFD%\uFFFD")]
    [InlineData("utf-8", "F0 9F 98 80 E2 82 C3 28 ED A0 80", "😀\uFFFD\uFFFD(\uFFFD\uFFFD\uFFFD")]
    public void Bytes_are_decoded_as_browsers_do(string encoding, string bytes, string text) =>
        Assert.Equal(text, Text(PageEncoding.Named(encoding), Convert.FromHexString(bytes.Replace(" ", "", StringComparison.Ordinal))));

    [Fact]
    public void Random_bytes_of_every_encoding_fit_into_the_room_and_never_fail()
    {
        var random = new Random(8);
        foreach (var name in EncodingLabels.All.Select(static label => PageEncoding.ByLabel(label)!).Distinct())
        {
            for (var i = 0; i < 500; i++)
            {
                var bytes = new byte[random.Next(40)];
                random.NextBytes(bytes);
                if (i % 3 == 0)
                    bytes.AsSpan().Replace((byte)0x41, (byte)0x1B);
                _ = Text(name, bytes);
            }
        }
    }

    public static TheoryData<string, string, string, string> Declarations() => new()
    {
        { "<meta charset=koi8-r>", "text/html", "koi8-r", "meta" },
        { "<META CHARSET = 'koi8-r' />", "", "koi8-r", "meta" },
        { "<meta http-equiv=Content-Type content='text/html; charset=koi8-r'>", "text/html", "koi8-r", "meta" },
        { "<meta content='text/html; charset=\"koi8-r\"' http-equiv=content-type>", "text/html", "koi8-r", "meta" },
        { "<meta content='text/html; charset=koi8-r'><p>", "text/html", "windows-1252", "default" },
        { "<meta name=description content='set charset=koi8-r'><meta charset=utf-8>", "text/html", "utf-8", "meta" },
        { "<meta data-charset=koi8-r name=x><meta charset=utf-8>", "text/html", "utf-8", "meta" },
        { "<link title='<meta charset=koi8-r>'><meta charset=utf-8>", "text/html", "utf-8", "meta" },
        { "<!-- <meta charset=koi8-r> --><meta charset=utf-8>", "text/html", "utf-8", "meta" },
        { "<!--><meta charset=koi8-r>", "text/html", "koi8-r", "meta" },
        { "</p title='<meta charset=koi8-r>'><!doctype x><?y?><meta charset=utf-8>", "text/html", "utf-8", "meta" },
        { "<script>var s='<meta charset=koi8-r>';</SCRIPT ><meta charset=utf-8>", "text/html", "utf-8", "meta" },
        { "<title a=1><meta charset=koi8-r></title><meta charset=utf-8>", "text/html", "utf-8", "meta" },
        { "<scripts><meta charset=koi8-r></scripts><meta charset=utf-8>", "text/html", "koi8-r", "meta" },
        { "<style/><meta charset=koi8-r>", "text/html", "windows-1252", "default" },
        { "<meta charset=utf-16>", "text/html", "utf-8", "meta" },
        { "<meta charset=x-user-defined>", "text/html", "windows-1252", "meta" },
        { "<meta charset=nonsense><meta charset=koi8-r>", "text/html", "koi8-r", "meta" },
        { "<?xml version='1.0' encoding='windows-1251'?><p>", "text/html", "windows-1251", "xml" },
        { "<?xml version='1.0' encoding='windows-1251'?><p>", "application/xhtml+xml", "windows-1251", "xml" },
        { "<meta charset=koi8-r/>", "application/xhtml+xml", "utf-8", "default" },
        { "<meta charset=koi8-r>", "application/json", "utf-8", "default" },
        { "<meta charset=koi8-r>", "text/plain", "windows-1252", "default" },
        { "<meta charset=koi8-r>", "text/html; charset=utf-8,", "utf-8", "transport" },
        { "<meta charset=koi8-r>", "text/html; x=\"; charset=big5\"; CHARSET=\"UTF-8\"", "utf-8", "transport" },
        { "<meta charset=koi8-r>", "text/html; data-charset=utf-8", "koi8-r", "meta" },
        { "<meta charset=koi8-r>", "text/html; charset=big5, text/html", "big5", "transport" },
        { "<meta charset=koi8-r>", "text/html; charset=none", "koi8-r", "meta" },
        { "\u00EF\u00BB\u00BF<meta charset=koi8-r>", "text/html; charset=big5", "utf-8", "bom" },
    };

    [Theory]
    [MemberData(nameof(Declarations))]
    public void What_declares_an_encoding_is_what_the_standards_say(string page, string type, string name, string source)
    {
        var kind = type.Contains("xml", StringComparison.Ordinal) ? TextKind.Xml : type.Contains("json", StringComparison.Ordinal) ? TextKind.Json : type.Contains("plain", StringComparison.Ordinal) ? TextKind.Plain : TextKind.Html;
        Assert.Equal((name, source), (EncodingSniffer.Sniff(Encoding.Latin1.GetBytes(page), type, kind, out var said, out _).Name, said));
    }

    [Theory]
    [InlineData("windows-1251", "<meta charset=windows-1251>")]
    [InlineData("utf-8", "<meta charset=utf-8>")]
    [InlineData("koi8-r", "<meta http-equiv=content-type content='text/html; charset=koi8-r'>")]
    public void A_declaration_behind_the_first_kilobyte_is_found_by_the_parser(string encoding, string meta)
    {
        var page = $"<html><head>{Padding}<script>var s = '<meta charset=big5>';</script>{meta}</head><body><p>{Words}</p></body></html>";
        using var document = Parse(Encoding.GetEncoding(encoding).GetBytes(page), "text/html");
        Assert.Equal((Words, encoding, "meta"), (document.Text.Content.ToString(), document.Summary.Encoding, document.Summary.EncodingSource));
    }

    [Theory]
    [InlineData("<script src=\"a.js\"/>")]
    [InlineData("<title/>")]
    [InlineData("<style type=\"text/css\"/>")]
    [InlineData("<!-- &nbsp; --><title>t</title>")]
    public void Xhtml_is_read_as_xml(string head)
    {
        using var document = Parse(Encoding.UTF8.GetBytes($"<html xmlns=\"http://www.w3.org/1999/xhtml\"><head>{head}</head><body><div/><p>seen&nbsp;&amp;&euro;<![CDATA[&nbsp;]]></p><a href=\"x\"/></body></html>"), "application/xhtml+xml");
        Assert.Equal(("seen\u00A0&€&nbsp;", "xml", "", 1), (document.Text.Content.ToString(), document.Summary.Parser, document.Summary.ParserNote, document.Summary.Counts.Links));
    }

    [Theory]
    [InlineData("<html xmlns='http://www.w3.org/1999/xhtml'><body><p>seen<br></p></body></html>")]
    [InlineData("<!DOCTYPE x [<!ENTITY a 'b'>]><html xmlns='http://www.w3.org/1999/xhtml'><body><p>seen&a;</p></body></html>")]
    [InlineData("<p>seen")]
    public void Xhtml_that_is_not_well_formed_is_read_as_html_and_that_is_said(string page)
    {
        using var document = Parse(Encoding.UTF8.GetBytes(page), "application/xhtml+xml; charset=utf-8");
        Assert.Contains("seen", document.Text.Content.ToString(), StringComparison.Ordinal);
        Assert.Equal("html", document.Summary.Parser);
        Assert.Contains("not well-formed", document.Summary.ParserNote, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<div>", "text/html")]
    [InlineData("<b>", "text/html")]
    [InlineData("<font size=1><i>", "text/html")]
    [InlineData("<table><tr><td>", "text/html")]
    [InlineData("<svg><g>", "text/html")]
    [InlineData("<a>", "application/xml")]
    public void A_page_that_is_too_deep_is_given_up_while_it_is_parsed(string tag, string type)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var e = Assert.Throws<DocumentFailedException>(() => Parse(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(tag, 500_000))), type, maxNodes: 5_000_000));
        Assert.Equal(Transport.DocumentFailure.TooDeep, e.Kind);
        // Decoding all of it would take minutes.
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(15));
    }

    [Fact]
    public void A_page_with_too_many_elements_is_given_up_while_it_is_parsed()
    {
        var e = Assert.Throws<DocumentFailedException>(() => Parse(Encoding.UTF8.GetBytes("<a>" + string.Concat(Enumerable.Repeat("</p>", 300_000))), "text/html"));
        Assert.Equal(Transport.DocumentFailure.TooManyNodes, e.Kind);
    }

    [Theory]
    [InlineData("gbk", "人人生而自由，在尊严和权利上一律平等。他们赋有理性和良心，并应以兄弟关系的精神相对待。")]
    [InlineData("big5", "人人生而自由，在尊嚴和權利上一律平等。他們賦有理性和良心，並應以兄弟關係的精神相對待。")]
    [InlineData("euc-kr", "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다. 인간은 천부적으로 이성과 양심을 부여받았으며 서로 형제애의 정신으로 행동하여야 한다.")]
    [InlineData("shift_jis", "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。人間は、理性と良心とを授けられており、互いに同胞の精神をもって行動しなければならない。")]
    [InlineData("euc-jp", "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。人間は、理性と良心とを授けられており、互いに同胞の精神をもって行動しなければならない。")]
    [InlineData("windows-1250", "Wszyscy ludzie rodzą się wolni i równi pod względem swej godności i swych praw. Są oni obdarzeni rozumem i sumieniem i powinni postępować wobec innych w duchu braterstwa. Każdy człowiek posiada wszystkie prawa i wolności.")]
    [InlineData("windows-1251", "Все люди рождаются свободными и равными в своем достоинстве и правах. Они наделены разумом и совестью и должны поступать в отношении друг друга в духе братства.")]
    [InlineData("koi8-r", "Все люди рождаются свободными и равными в своем достоинстве и правах. Они наделены разумом и совестью и должны поступать в отношении друг друга в духе братства.")]
    [InlineData("windows-1252", "Alle Menschen sind frei und gleich an Würde und Rechten geboren. Sie sind mit Vernunft und Gewissen begabt und sollen einander im Geiste der Brüderlichkeit begegnen. „Für jeden“ gilt das, überall, völlig unabhängig von Herkunft – größer könnte der Schutz für niemanden sein.")]
    [InlineData("windows-1253", "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώματα. Είναι προικισμένοι με λογική και συνείδηση, και οφείλουν να συμπεριφέρονται μεταξύ τους με πνεύμα αδελφοσύνης.")]
    [InlineData("windows-1254", "Bütün insanlar hür, haysiyet ve haklar bakımından eşit doğarlar. Akıl ve vicdana sahiptirler ve birbirlerine karşı kardeşlik zihniyeti ile hareket etmelidirler. Herkesin yaşama, özgürlük ve kişi güvenliği hakkı vardır.")]
    [InlineData("windows-1255", "כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם. כולם חוננו בתבונה ובמצפון, לפיכך חובה עליהם לנהוג איש ברעהו ברוח של אחווה.")]
    [InlineData("windows-1256", "يولد جميع الناس أحرارا متساوين في الكرامة والحقوق. وقد وهبوا عقلا وضميرا وعليهم أن يعامل بعضهم بعضا بروح الإخاء.")]
    [InlineData("utf-8", "Все люди рождаются свободными и равными в своем достоинстве и правах. 人人生而自由。")]
    public void A_page_that_declares_nothing_is_read_in_the_encoding_that_its_bytes_show(string encoding, string words)
    {
        using var document = Parse(Encoding.GetEncoding(encoding).GetBytes($"<title>x</title><body><p>{words}</p>"), "text/html");
        Assert.Equal((words, "detected"), (document.Text.Content.ToString(), document.Summary.EncodingSource));
    }

    [Fact]
    public void A_few_bytes_do_not_tell_an_encoding()
    {
        using var document = Parse([.. "<p>caf"u8, 0xE9, .. " d"u8, 0xE9, .. "j"u8, 0xE0], "text/html");
        Assert.Equal(("café déjà", "windows-1252", "default"), (document.Text.Content.ToString(), document.Summary.Encoding, document.Summary.EncodingSource));
    }

    private static LiveDocument Parse(byte[] page, string type, int maxNodes = 200_000) => LiveDocument.Parse(new Transport.LoadDocument("http://a/", type, page.Length, default, new Transport.DocumentLimits(1000, maxNodes, 20_000)), page);

    private static string Text(PageEncoding encoding, byte[] bytes)
    {
        var room = new char[encoding.MaxChars(bytes.Length)];
        return new string(room, 0, encoding.Decode(bytes, room));
    }
}
