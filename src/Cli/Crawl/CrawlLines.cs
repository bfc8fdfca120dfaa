using System.Buffers;
using System.Text;

namespace ActorBrowser.Cli;

/// <summary>Results of a crawl as JSON.</summary>
internal static class CrawlLines
{
    internal static string Of(CrawledPage page)
    {
        var buffer = new ArrayBufferWriter<byte>();
        CrawlJson.Write(buffer, page);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    internal static string Of(CrawlSummary summary)
    {
        var buffer = new ArrayBufferWriter<byte>();
        CrawlJson.Write(buffer, summary);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
