using System.Threading.Channels;
using Akka.Actor;
using Akka.Event;

namespace ActorBrowser;

/// <summary>Writes a crawl's results and its cache outside all actors, in the order in which they come, as many at a time as have come.</summary>
internal sealed class CrawlWriter
{
    private const int MostAtATime = 64;

    // What is left to be written are the pages that were under way.
    private static readonly TimeSpan s_longestEnd = TimeSpan.FromSeconds(5);

    private readonly Channel<object> _work = Channel.CreateUnbounded<object>(new UnboundedChannelOptions { SingleReader = true });
    private Task _ended = Task.CompletedTask;

    private CrawlWriter()
    {
    }

    /// <summary>Opens the folder; tells the crawl <see cref="Opened"/>, then <see cref="Written"/> for each batch, <see cref="Failed"/> at most once, and <see cref="Closed"/> last.</summary>
    internal static CrawlWriter Start(CrawlOptions options, HttpCache? cache, IActorRef crawl)
    {
        var writer = new CrawlWriter();
        writer._ended = Task.Run(() => writer.RunAsync(options, cache, crawl));
        return writer;
    }

    internal void Write(CrawlResult result) => _work.Writer.TryWrite(result);

    /// <summary>Runs an action on the writer's thread, after all that came before it.</summary>
    internal void Do(Action action) => _work.Writer.TryWrite(action);

    /// <summary>Writes what is left, and the summary.</summary>
    internal void Close(CrawlSummary? summary)
    {
        if (summary is not null)
            _work.Writer.TryWrite(summary);
        _work.Writer.TryComplete();
    }

    /// <summary>
    /// After <see cref="Close"/>: runs an action when the folder is closed and another crawl may use it. Waits for that, unless the disk takes
    /// long: who awaits the end of the actor system may leave the process or remove the folder.
    /// </summary>
    internal void OnEnd(Action action)
    {
        if (Task.WaitAny([_ended], s_longestEnd) == 0)
            action();
        else
            _ended.ContinueWith(_ => action(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private async Task RunAsync(CrawlOptions options, HttpCache? cache, IActorRef crawl)
    {
        CrawlFolder? folder = null;
        try
        {
            var past = new CrawlPast();
            if (options.Folder is not null)
                (folder, past) = CrawlFolder.Open(options);
            // Reads the cache's folder here, not at the first question.
            _ = cache?.Bytes;
            crawl.Tell(new Opened(past), ActorRefs.NoSender);
            while (await _work.Reader.WaitToReadAsync().ConfigureAwait(false))
                Work(folder, crawl);
        }
        catch (Exception e)
        {
            // Whatever it is, the crawl cannot go on: nothing would be written any more.
            crawl.Tell(new Failed(e), ActorRefs.NoSender);
        }
        finally
        {
            folder?.Dispose();
            crawl.Tell(Closed.Instance, ActorRefs.NoSender);
        }
    }

    private void Work(CrawlFolder? folder, IActorRef crawl)
    {
        var results = new List<CrawlResult>();
        while (_work.Reader.TryRead(out var work))
        {
            if (work is CrawlResult result)
                results.Add(result);
            else
                Write();
            if (work is Action action)
                action();
            if (work is CrawlSummary summary)
                folder?.Write(summary);
            if (results.Count >= MostAtATime)
                Write();
        }
        Write();

        void Write()
        {
            if (results.Count == 0)
                return;
            folder?.Write(results);
            crawl.Tell(new Written([.. results]), ActorRefs.NoSender);
            results.Clear();
        }
    }

    internal sealed record Opened(CrawlPast Past) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    internal sealed record Written(IReadOnlyList<CrawlResult> Results) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    internal sealed record Failed(Exception Cause) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    internal sealed class Closed : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        internal static readonly Closed Instance = new();
    }
}
