using Akka.Actor;
using static ActorBrowser.FetchProtocol;

namespace ActorBrowser.Bench;

/// <summary>Fetches one streamed body, counts and discards its bytes, and grants credit for them.</summary>
internal sealed class BodySink : UntypedActor
{
    private const long GrantEvery = 256 << 10;

    private readonly TaskCompletionSource<long> _done;
    private long _received;
    private long _ungranted;

    public BodySink(IActorRef browser, string url, TaskCompletionSource<long> done)
    {
        _done = done;
        browser.Tell(new Fetch(url) { Streamed = true, Decompress = false });
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case FetchChunk chunk:
                _received += chunk.Data.Length;
                _ungranted += chunk.Data.Length;
                if (_ungranted >= GrantEvery)
                {
                    Sender.Tell(new GrantCredit(chunk.Id, _ungranted));
                    _ungranted = 0;
                }
                break;
            case FetchCompleted:
                _done.TrySetResult(_received);
                Context.Stop(Self);
                break;
            case FetchFailed failed:
                _done.TrySetException(new InvalidOperationException($"{failed.Kind}: {failed.Message}"));
                Context.Stop(Self);
                break;
            case FetchStarted or FetchHeadersArrived:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    internal static async Task<long> RunAsync(Browser browser, string url)
    {
        var done = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        browser.StartActor(Props.Create(() => new BodySink(browser.Actor, url, done)));
        return await done.Task;
    }
}
