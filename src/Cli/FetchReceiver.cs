using ActorBrowser.Transport;
using Akka.Actor;

namespace ActorBrowser.Cli;

/// <summary>
/// Receives one streamed fetch and writes it to its sink, one piece at a time; after writing a piece it grants credit for as
/// many bytes. When this actor stops, the fetch is cancelled.
/// </summary>
internal sealed class FetchReceiver : UntypedActor
{
    private readonly IActorRef _browser;
    private readonly FetchProtocol.Fetch _fetch;
    private readonly IBodySink _sink;
    private readonly Action<long, long> _progress;
    private readonly TaskCompletionSource<FetchReport> _done;
    private readonly CancellationTokenSource _stopped = new();
    private readonly Queue<FetchProtocol.IEvent> _waiting = new();
    private FetchHeaders? _headers;
    private int _childProcessId;
    private bool _writing;

    public FetchReceiver(IActorRef browser, FetchProtocol.Fetch fetch, IBodySink sink, Action<long, long> progress, TaskCompletionSource<FetchReport> done)
    {
        _browser = browser;
        _fetch = fetch;
        _sink = sink;
        _progress = progress;
        _done = done;
    }

    protected override void PreStart() => _browser.Tell(_fetch);

    protected override void PostStop()
    {
        _stopped.Cancel();
        _done.TrySetCanceled();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case FetchProtocol.FetchStarted:
                break;
            case FetchProtocol.IEvent happened when _writing:
                _waiting.Enqueue(happened);
                break;
            case FetchProtocol.IEvent happened:
                Handle(happened);
                break;
            case Written written:
                _writing = false;
                _browser.Tell(new FetchProtocol.GrantCredit(written.Chunk.Id, written.Chunk.Data.Length));
                while (!_writing && _waiting.TryDequeue(out var next))
                    Handle(next);
                break;
            case Completed completed:
                _done.TrySetResult(new FetchReport(_fetch.Url, _headers, completed.End, null, _childProcessId));
                break;
            case Akka.Actor.Status.Failure { Cause: BodySinkException lost }:
                _done.TrySetResult(new FetchReport(_fetch.Url, _headers, null, null, _childProcessId) { OutputFailure = lost.Message });
                Context.Stop(Self);
                break;
            case Akka.Actor.Status.Failure { Cause: TimeoutException late }:
                _done.TrySetResult(new FetchReport(_fetch.Url, _headers, null, new FetchError(FetchErrorKind.Timeout, late.Message), _childProcessId));
                Context.Stop(Self);
                break;
            case Akka.Actor.Status.Failure failure:
                _done.TrySetException(failure.Cause);
                Context.Stop(Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Handle(FetchProtocol.IEvent happened)
    {
        switch (happened)
        {
            case FetchProtocol.FetchHeadersArrived headers:
                _headers = headers.Headers;
                _childProcessId = headers.ChildProcessId;
                break;
            case FetchProtocol.FetchChunk chunk:
                _writing = true;
                _progress(chunk.Offset + chunk.Data.Length, _headers is { ContentLength: var length } ? length : -1);
                WriteAsync(chunk).PipeTo(Self);
                break;
            case FetchProtocol.FetchCompleted completed:
                CompleteAsync(completed.End).PipeTo(Self);
                break;
            case FetchProtocol.FetchFailed failed:
                _done.TrySetResult(new FetchReport(_fetch.Url, _headers, null, new FetchError(failed.Kind, failed.Message), failed.ChildProcessId));
                break;
            default:
                Unhandled(happened);
                break;
        }
    }

    private async Task<Written> WriteAsync(FetchProtocol.FetchChunk chunk)
    {
        await _sink.WriteAsync(chunk.Data, _stopped.Token).ConfigureAwait(false);
        return new Written(chunk);
    }

    private async Task<Completed> CompleteAsync(FetchEnd end)
    {
        await _sink.CompleteAsync(_stopped.Token).ConfigureAwait(false);
        return new Completed(end);
    }

    private sealed record Completed(FetchEnd End) : INoSerializationVerificationNeeded, Akka.Event.IDeadLetterSuppression;

    private sealed record Written(FetchProtocol.FetchChunk Chunk) : INoSerializationVerificationNeeded, Akka.Event.IDeadLetterSuppression;
}
