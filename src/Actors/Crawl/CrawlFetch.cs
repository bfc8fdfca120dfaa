using System.Security.Cryptography;
using ActorBrowser.Transport;
using ActorBrowser.Transport.Http;
using Akka.Actor;
using Akka.Event;
using static ActorBrowser.FetchProtocol;

namespace ActorBrowser;

/// <summary>
/// One request of a crawl. It follows no redirect: the crawl loads the target as another page. It gives up an answer that is no text, or too long, at its headers.
/// Sends its parent one <see cref="Done"/>, then stops.
/// </summary>
internal sealed class CrawlFetch : UntypedActor
{
    // An unwanted body of up to this length is read to its end, so that its connection can be used again.
    private const int ShortBody = 64 << 10;

    private readonly Request _request;
    private readonly IActorRef _coordinator;
    private readonly IActorRef _crawl = Context.Parent;
    private readonly long _credit;
    private readonly DateTimeOffset _requested = DateTimeOffset.UtcNow;
    private FetchHeaders? _headers;
    private byte[] _body = [];
    private int _length;
    private ulong _fetch;
    private long _ungranted;
    private bool _drops;
    private int _dropped;
    private bool _isOver;

    public CrawlFetch(Request request, IActorRef coordinator, long credit)
    {
        _request = request;
        _coordinator = coordinator;
        _credit = credit;
    }

    internal static Props Props(Request request, IActorRef coordinator, long credit) => Akka.Actor.Props.Create(typeof(CrawlFetch), request, coordinator, credit);

    protected override void PreStart() => _coordinator.Tell(new Fetch(_request.Url.ToString())
    {
        Headers = _request.Headers,
        Streamed = true,
        MaxRedirects = 0,
        TotalTimeout = _request.Timeout,
        Initiator = _request.Initiator,
        Proxy = _request.Identity.Proxy,
        TraceParent = default,
        Replay = true,
    });

    protected override void OnReceive(object message)
    {
        if (!Entry.Admits(message, Sender))
            return;
        switch (message)
        {
            case FetchStarted started:
                _fetch = started.Id;
                break;
            case FetchHeadersArrived arrived:
                OnHeaders(arrived.Headers);
                break;
            case FetchChunk chunk:
                OnChunk(chunk.Data);
                break;
            case FetchCompleted:
                Finish(null);
                break;
            case FetchFailed failed:
                Finish(failed.Message);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void OnHeaders(in FetchHeaders headers)
    {
        _headers = headers;
        _request.Identity.Take(_request.Url, null, headers.Headers);
        _drops = headers.Status is < 200 or >= 300 || !_request.IsWanted(headers.ValueOf("Content-Type") ?? "");
        if (_drops && headers.ContentLength > ShortBody)
            GiveUp(null);
        else if (_drops)
            _body = [];
        else if (headers.ContentLength > _request.MaxBytes && !_request.Cuts)
            GiveUp(TooLong);
        else if (headers.ContentLength > 0)
            _body = new byte[Math.Min(headers.ContentLength, _request.MaxBytes)];
    }

    private string TooLong => $"The page is longer than {_request.MaxBytes} bytes, as many as actorbrowser.crawl.max-page allows.";

    private void OnChunk(ReadOnlyMemory<byte> data)
    {
        if (_isOver)
            return;
        if (_drops)
        {
            _dropped += data.Length;
            if (_dropped > ShortBody)
                GiveUp(null);
            return;
        }
        var room = _request.MaxBytes - _length;
        var taken = data[..Math.Min(data.Length, room)];
        if (_body.Length < _length + taken.Length)
            Array.Resize(ref _body, Math.Min(_request.MaxBytes, Math.Max(_length + taken.Length, Math.Max(16 << 10, 2 * _body.Length))));
        taken.CopyTo(_body.AsMemory(_length));
        _length += taken.Length;
        if (data.Length > room)
        {
            GiveUp(_request.Cuts ? null : TooLong);
            return;
        }
        _ungranted += data.Length;
        if (_ungranted < _credit / 4)
            return;
        _coordinator.Tell(new GrantCredit(_fetch, _ungranted));
        _ungranted = 0;
    }

    private void GiveUp(string? problem)
    {
        _coordinator.Tell(new CancelFetch(_fetch));
        Finish(problem);
    }

    private void Finish(string? problem)
    {
        if (_isOver)
            return;
        _isOver = true;
        var body = problem is null ? _body.AsMemory(0, _length) : default;
        _crawl.Tell(new Done(_request.Tag, _headers, body, body.IsEmpty ? "" : Convert.ToHexStringLower(SHA256.HashData(body.Span)), _requested, problem));
        Context.Stop(Self);
    }

    /// <summary>What to fetch.</summary>
    /// <param name="Tag">Comes back.</param>
    /// <param name="Url">Without a fragment.</param>
    /// <param name="Headers">The request's fields.</param>
    /// <param name="Identity">Takes the cookies.</param>
    /// <param name="Initiator">On whose behalf.</param>
    /// <param name="Timeout">For the whole.</param>
    /// <param name="MaxBytes">The longest body.</param>
    /// <param name="Cuts">Whether a longer body is cut, instead of being given up.</param>
    /// <param name="IsWanted">Whether a body of this content type is wanted.</param>
    internal sealed record Request(
        object Tag, WebUrl Url, IReadOnlyList<HeaderField> Headers, NetworkIdentity Identity, FetchInitiator Initiator, TimeSpan Timeout, int MaxBytes, bool Cuts, Func<string, bool> IsWanted);

    /// <summary>The answer, or why there is none.</summary>
    internal sealed record Done(object Tag, FetchHeaders? Headers, ReadOnlyMemory<byte> Body, string Sha256, DateTimeOffset Requested, string? Problem) : INoSerializationVerificationNeeded, IDeadLetterSuppression;
}
