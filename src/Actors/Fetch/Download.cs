using Akka.Actor;
using Akka.Event;
using static ActorBrowser.FetchProtocol;

namespace ActorBrowser;

/// <summary>Receives one streamed fetch, writes its body to a stream, and grants credit for each piece that was written.</summary>
internal sealed class Download(IActorRef browser, Fetch fetch, Stream destination, TaskCompletionSource<FetchResult> done) : OneCallActor
{
    private readonly CancellationTokenSource _stopped = new();
    private readonly Queue<IEvent> _waiting = new();
    private FetchHeadersArrived? _headers;
    private bool _writing;

    internal static Props Props(IActorRef browser, Fetch fetch, Stream destination, TaskCompletionSource<FetchResult> done) =>
        Akka.Actor.Props.Create(() => new Download(browser, fetch, destination, done));

    protected override void PreStart()
    {
        Context.Watch(browser);
        browser.Tell(fetch);
    }

    protected override void Fail(Exception reason) =>
        done.TrySetException(new InvalidOperationException($"The download's actor failed: {reason.Message}", reason));

    protected override void PostStop()
    {
        _stopped.Cancel();
        done.TrySetException(BrowserLife.Stop());
    }

    protected override void OnReceive(object message)
    {
        if (!Entry.Admits(message, Sender))
            return;
        switch (message)
        {
            case FetchStarted:
                break;
            case FetchFailed failed:
                // Handled even while the stream writes a piece, because that write may never finish.
                End(failed);
                break;
            case IEvent happened when _writing:
                _waiting.Enqueue(happened);
                break;
            case IEvent happened:
                Handle(happened);
                break;
            case Written written:
                OnWritten(written);
                break;
            case Terminated:
                Context.Stop(Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void OnWritten(Written written)
    {
        _writing = false;
        if (written.Failure is { } failure)
        {
            // The caller owns the stream, so the caller gets its exception. Stopping this actor cancels the fetch.
            done.TrySetException(failure);
            Context.Stop(Self);
            return;
        }
        browser.Tell(new GrantCredit(written.Chunk.Id, written.Chunk.Data.Length));
        while (!_writing && _waiting.TryDequeue(out var next))
            Handle(next);
    }

    private void Handle(IEvent happened)
    {
        switch (happened)
        {
            case FetchHeadersArrived headers:
                _headers = headers;
                break;
            case FetchChunk chunk:
                _writing = true;
                WriteAsync(chunk).PipeTo(Self);
                break;
            case FetchCompleted completed:
                End(new FetchResponse(completed.Id, _headers!.Headers, default, completed.End, _headers.ChildProcessId));
                break;
            default:
                Unhandled(happened);
                break;
        }
    }

    private void End(IEvent outcome)
    {
        done.TrySetResult(new FetchResult(outcome));
        Context.Stop(Self);
    }

    private async Task<Written> WriteAsync(FetchChunk chunk)
    {
        try
        {
            await destination.WriteAsync(chunk.Data, _stopped.Token).ConfigureAwait(false);
            return new Written(chunk, null);
        }
        catch (Exception e)
        {
            return new Written(chunk, e);
        }
    }

    private sealed record Written(FetchChunk Chunk, Exception? Failure) : INoSerializationVerificationNeeded, IDeadLetterSuppression;
}
