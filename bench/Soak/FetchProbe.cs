using System.Text;
using Akka.Actor;
using static ActorBrowser.FetchProtocol;

namespace ActorBrowser.Soak;

/// <summary>One fetch by an actor that stays for a while after its answer, to detect a second answer.</summary>
internal sealed class FetchProbe : UntypedActor, IWithTimers
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan Watchful = TimeSpan.FromSeconds(2);

    private readonly Tally _tally;
    private readonly TaskCompletionSource _done;
    private readonly string _token;
    private readonly string _expected;
    private readonly bool _streamed;
    private readonly MemoryStream _body = new();
    private int _ends;

    public FetchProbe(IActorRef browser, Fetch fetch, string token, string expected, Tally tally, TaskCompletionSource done)
    {
        (_tally, _done, _token, _expected, _streamed) = (tally, done, token, expected, fetch.Streamed);
        browser.Tell(fetch);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart() => Timers.StartSingleTimer("patience", Late.Instance, Patience);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case FetchChunk chunk:
                if (chunk.Offset != _body.Length)
                    _tally.Defect("mixed", $"{_token}: a chunk at {chunk.Offset}, {_body.Length} expected");
                _body.Write(chunk.Data.Span);
                Sender.Tell(new GrantCredit(chunk.Id, chunk.Data.Length));
                break;
            case FetchResponse response:
                End(Encoding.UTF8.GetString(response.Body.Span));
                break;
            case FetchCompleted:
                End(Encoding.UTF8.GetString(_body.ToArray()));
                break;
            case FetchFailed failed:
                _tally.Count("fetch-failed-" + failed.Kind);
                End(null);
                break;
            case Late:
                if (_ends == 0)
                    _tally.Defect("lost", $"{_token}: no answer after {Patience.TotalSeconds} s");
                _done.TrySetResult();
                Context.Stop(Self);
                break;
            case FetchStarted or FetchHeadersArrived:
                break;
            default:
                _tally.Defect("mixed", $"{_token}: {message}");
                break;
        }
    }

    private void End(string? body)
    {
        if (++_ends > 1)
            _tally.Defect("doubled", $"{_token}: {_ends} answers");
        if (body is not null)
        {
            _tally.Count(_streamed ? "stream" : "fetch");
            if (body != _expected)
                _tally.Defect("mixed", $"{_token}: got {body[..Math.Min(40, body.Length)]}");
        }
        _done.TrySetResult();
        Timers.StartSingleTimer("patience", Late.Instance, Watchful);
    }

    private sealed class Late
    {
        internal static readonly Late Instance = new();
    }
}
