using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace ActorBrowser;

/// <content>Crawls.</content>
public sealed partial class BrowserClient
{
    /// <summary>Crawls a site: yields each page as it has its result. The crawl waits for a slow reader, and ends when the enumeration does.</summary>
    /// <param name="options">What to crawl.</param>
    /// <param name="ended">Takes the summary, after the last page; also before the exception of a cancelled crawl.</param>
    /// <param name="cancellation">Ends the crawl: what is done is in its folder by the time of the exception.</param>
    /// <exception cref="ArgumentException">The options are not valid; the message names the one.</exception>
    /// <exception cref="OperationCanceledException">The crawl was cancelled.</exception>
    /// <exception cref="IOException">The folder cannot be used or written.</exception>
    /// <exception cref="BrowserStoppedException">The browser, or its actor system, has stopped.</exception>
    public async IAsyncEnumerable<CrawledPage> CrawlAsync(
        CrawlOptions options, Action<CrawlSummary>? ended = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (CrawlRefusals.Problem(options) is { } problem)
            throw new ArgumentException(problem + ".", nameof(options));
        var life = await LifeAsync(cancellation).ConfigureAwait(false);
        if (life.Stopped.IsCancellationRequested)
            throw BrowserLife.Stop();
        // The channel is bounded by the crawl's credit.
        var events = Channel.CreateUnbounded<CrawlProtocol.IEvent>(new UnboundedChannelOptions { SingleReader = true });
        var listener = life.Start(CrawlListener.Props(life.Browser, options, events.Writer));
        try
        {
            await using var ending = cancellation.UnsafeRegister(static listener => ((Akka.Actor.IActorRef)listener!).Tell(CrawlListener.End.Instance, Akka.Actor.ActorRefs.NoSender), listener).ConfigureAwait(false);
            await foreach (var happened in events.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
            {
                if (happened is CrawlProtocol.PageCrawled crawled)
                {
                    yield return crawled.Page;
                    listener.Tell(CrawlListener.Consumed.Instance, Akka.Actor.ActorRefs.NoSender);
                }
                else if (happened is CrawlProtocol.CrawlEnded { Summary: var summary })
                {
                    ended?.Invoke(summary);
                    cancellation.ThrowIfCancellationRequested();
                    if (summary.Problem is { } cause && !summary.IsComplete)
                        throw life.Stopped.IsCancellationRequested ? BrowserLife.Stop() : new IOException(cause);
                }
            }
        }
        finally
        {
            listener.Tell(CrawlListener.End.Instance, Akka.Actor.ActorRefs.NoSender);
        }
    }
}
