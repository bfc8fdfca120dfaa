using System.Text;
using ActorBrowser.ChildEntrypoints.Rendering;
using ActorBrowser.Transport;

namespace ActorBrowser.TabsTests;

/// <summary>Pages and schemas broken at random: each question has an answer or a typed failure, and the renderer reports no defect.</summary>
public sealed class DamagedPageSpecs
{
    private const string Schema = """{"type":"object","properties":{"t":{"type":"string","selector":"h1, title"},"l":{"type":"array","selector":"a","items":{"type":"object","properties":{"h":{"selector":"a","attribute":"href"},"n":{"type":"number","maximum":9}}}}},"required":["t"]}""";

    private static readonly string[] Types = ["text/html; charset=utf-8", "text/html", "text/html; charset=gbk", "application/xhtml+xml", "text/xml", "text/plain", "application/json", "text/html; charset=utf-16le", "text/html; charset=iso-2022-jp", ""];

    // What the parser has its own rules for, put where it does not belong.
    private static readonly string[] Pieces =
    [
        "<table>", "</table><td>", "<svg><foreignObject>", "<math><mi>", "<template>", "</template>", "<select><option>", "<!--", "-->", "<![CDATA[", "]]>", "<plaintext>", "<b><i><u><s>", "</p></b>", "<a href=//[>",
        "<base href=\"x://\">", "<meta charset=utf-16>", "<frameset>", "<form><form>", "<pre>\n\n", "&#x110000;&#0;&notit;", "<ol start=-99999999999 reversed><li value=9e9>", "<dl><dd><dt>", "<td rowspan=65534 colspan=1000>",
        "<h1 id=\"\u202e\">", "\u001b]0;x\u0007", "<img src=data: alt=\"`|*_[\">", "<blockquote>", "<code>```", "<sup><a href=#fn1>1</a></sup><li id=fn1>", "<p hidden>", "<details><summary>", "<noscript>", "<title>", "<textarea>", "<html lang=x>", "<body>", "<?xml version=\"1.0\" encoding=\"ebcdic\"?>", "<!DOCTYPE a [<!ENTITY b \"&b;\">]>",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_thousand_broken_pages_each_end_in_an_answer_or_a_typed_failure(int seed)
    {
        var random = new Random(seed);
        var originals = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "MainPages"), "source.html", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(File.ReadAllBytes).ToArray();
        var (answered, failed) = (0, 0);
        for (var i = 0; i < 500; i++)
        {
            var page = Damage(originals, random);
            var type = random.Next(2) == 0 ? Types[0] : Types[random.Next(Types.Length)];
            try
            {
                using var document = LiveDocument.Parse(new LoadDocument("http://a/b?c", type, page.Length, default, new DocumentLimits(500, 200_000, 20_000)), page);
                foreach (var query in Enum.GetValues<DocumentQuery>())
                    Count(document, query, query == DocumentQuery.Extract ? Broken(Schema, random) : query is DocumentQuery.Select ? Broken("ul > li:nth-child(2n+1) a[href^=\"x\" i]", random) : "e", ref answered, ref failed);
            }
            catch (DocumentFailedException e)
            {
                Assert.NotEqual(DocumentFailure.Failed, e.Kind);
                failed++;
            }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"Seed {seed}, page {i} ({type}): {e}\n{Convert.ToBase64String(page)}");
            }
        }
        Assert.InRange(answered, 3000, int.MaxValue);
        Assert.InRange(failed, 100, int.MaxValue);
    }

    private static void Count(LiveDocument document, DocumentQuery query, string argument, ref int answered, ref int failed)
    {
        try
        {
            var answer = DocumentQueries.Run(document, new QueryDocument(query, argument, 0, 100));
            Assert.InRange(answer.Items.Count, 0, answer.Total);
            answered++;
        }
        catch (DocumentFailedException e)
        {
            Assert.NotEqual(DocumentFailure.Failed, e.Kind);
            failed++;
        }
    }

    private static byte[] Damage(byte[][] originals, Random random)
    {
        var page = new List<byte>(originals[random.Next(originals.Length)]);
        for (var i = random.Next(1, 12); i > 0; i--)
        {
            var at = random.Next(page.Count + 1);
            switch (random.Next(6))
            {
                case 0:
                    page.InsertRange(at, Encoding.UTF8.GetBytes(Pieces[random.Next(Pieces.Length)]));
                    break;
                case 1:
                    page.InsertRange(at, Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(Pieces[random.Next(Pieces.Length)], random.Next(1, 40)))));
                    break;
                case 2:
                    page.RemoveRange(at, Math.Min(random.Next(200), page.Count - at));
                    break;
                case 3 when at < page.Count:
                    page[at] = (byte)random.Next(256);
                    break;
                case 4:
                    var other = originals[random.Next(originals.Length)];
                    var from = random.Next(other.Length);
                    page.InsertRange(at, other[from..Math.Min(other.Length, from + random.Next(2000))]);
                    break;
                default:
                    if (random.Next(10) == 0)
                        page.RemoveRange(at, page.Count - at);
                    break;
            }
        }
        return [.. page];
    }

    private static string Broken(string text, Random random)
    {
        if (random.Next(3) == 0)
            return text;
        var at = random.Next(text.Length);
        return random.Next(3) switch
        {
            0 => text.Remove(at, Math.Min(random.Next(1, 9), text.Length - at)),
            1 => text.Insert(at, "\"[]{}:,\\()>*#"[random.Next(12)].ToString()),
            _ => text[..at] + (char)random.Next(1, 300) + text[(at + 1)..],
        };
    }
}
