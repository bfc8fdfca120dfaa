using System.Diagnostics;
using ActorBrowser.Transport;
using ActorBrowser.Transport.Http;
using Akka.Actor;
using Akka.Event;
using static ActorBrowser.FetchProtocol;

namespace ActorBrowser;

/// <summary>
/// Fetches one resource for a tab, following redirects itself: each hop gets its own site's cookies and credentials, is checked against
/// the page that makes the request, and uses the tab's proxy. Sends its parent one <see cref="Done"/>, then stops.
/// </summary>
internal sealed class PageFetch : UntypedActor
{
    private readonly Request _request;
    private readonly IActorRef _coordinator;
    private readonly IActorRef _owner = Context.Parent;
    private readonly long _credit;
    private readonly PageFetchHeaders _requests;
    private MemoryStream _body = new();
    private DownloadFile? _file;
    private FetchHeaders? _headers;
    private ulong _fetch;
    private ulong _left;
    private long _ungranted;
    private int _redirects;
    private bool _over;

    public PageFetch(Request request, IActorRef coordinator, long credit)
    {
        _request = request;
        _coordinator = coordinator;
        _credit = credit;
        _requests = new PageFetchHeaders(request);
    }

    internal static Props Props(Request request, IActorRef coordinator, long credit) => Akka.Actor.Props.Create(typeof(PageFetch), request, coordinator, credit);

    protected override void PreStart() => Begin();

    // A file that is not complete is removed.
    protected override void PostStop() => _file?.Abandon();

    protected override void OnReceive(object message)
    {
        if (!Entry.Admits(message, Sender))
            return;
        switch (message)
        {
            case FetchStarted started:
                _fetch = started.Id;
                break;
            case IEvent late when late.Id <= _left || _over:
                break;
            case FetchHeadersArrived arrived:
                OnHeaders(arrived.Headers);
                break;
            case FetchChunk chunk:
                OnChunk(chunk.Data);
                break;
            case FetchCompleted when _file is { } file:
                file.Complete(Self);
                break;
            case FetchCompleted:
                Finish(null, null);
                break;
            case FetchFailed failed:
                Finish(failed.Kind, failed.Message);
                break;
            case DownloadFile.Written written:
                Grant(written.Bytes);
                break;
            case DownloadFile.Completed completed:
                Finish(null, null, completed);
                break;
            case DownloadFile.Failed failed:
                Finish(null, failed.Message);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Begin()
    {
        _headers = null;
        _body = new MemoryStream();
        var fetch = _requests.Next();
        _coordinator.Tell(fetch with
        {
            Streamed = true,
            MaxRedirects = 0,
            MaxBody = _request.Downloads is { } downloads ? Math.Max(downloads.Longest, _request.MaxBytes) : _request.MaxBytes,
            Proxy = _request.Identity.Proxy,
            TraceParent = _request.TraceParent,
        });
    }

    private void Leave()
    {
        _coordinator.Tell(new CancelFetch(_fetch));
        _left = _fetch;
        _ungranted = 0;
    }

    private void OnHeaders(in FetchHeaders headers)
    {
        _requests.OnAnswer(headers.Headers);
        if (HttpRules.IsRedirect(headers.Status) && headers.ValueOf("Location") is { Length: > 0 } location)
        {
            Leave();
            Redirect(headers.Status, location, headers.AddressSpace);
            return;
        }
        if (headers.Status == 401 && _requests.TryAuthenticate(headers.Headers))
        {
            Leave();
            Begin();
            return;
        }
        _headers = headers;
        if (_request.Downloads is { } target && DownloadName.IsFile(headers, _request.Navigation))
            _file = new DownloadFile(target, DownloadName.Of(headers, _request.Navigation, _requests.Url));
        // The first progress message announces a page; a 204 or 205 has none.
        Tell(0, headers.ContentLength);
    }

    private void Redirect(int status, string location, AddressSpace space)
    {
        var url = _requests.Url;
        if (++_redirects > _request.MaxRedirects)
        {
            Finish(FetchErrorKind.Redirect, $"The page made more than {_request.MaxRedirects} redirects; the last was from {HttpRules.Shorten(url.WithoutCredentials)}.");
            return;
        }
        if (HttpRules.ResolveLocation(url, location, out var next) is { } problem)
        {
            Finish(FetchErrorKind.Redirect, $"The redirect from {HttpRules.Shorten(url.WithoutCredentials)} leads to {problem}.");
            return;
        }
        _requests.Redirect(status, next, space);
        Begin();
    }

    private void OnChunk(ReadOnlyMemory<byte> data)
    {
        if (_file is { } file)
        {
            file.Write(data, Self);
            Tell(file.Length, _headers?.ContentLength ?? -1);
            return;
        }
        if (_body.Length + data.Length > _request.MaxBytes)
        {
            _coordinator.Tell(new CancelFetch(_fetch));
            Finish(FetchErrorKind.TooLarge, $"The response's body is longer than {_request.MaxBytes} bytes.");
            return;
        }
        _body.Write(data.Span);
        Grant(data.Length);
        Tell(_body.Length, _headers?.ContentLength ?? -1);
    }

    private void Grant(long bytes)
    {
        _ungranted += bytes;
        if (_ungranted < _credit / 4)
            return;
        _coordinator.Tell(new GrantCredit(_fetch, _ungranted));
        _ungranted = 0;
    }

    private void Tell(long bytes, long total)
    {
        if (_request.Navigation is not null && _headers?.Status is not (204 or 205))
            _owner.Tell(new Advanced(_request.Tag, _requests.Url, bytes, total, _file is not null));
    }

    private void Finish(FetchErrorKind? kind, string? problem, DownloadFile.Completed? file = null)
    {
        if (_over)
            return;
        _over = true;
        if (_file is not null && kind is null && problem is not null)
            _coordinator.Tell(new CancelFetch(_fetch));
        _owner.Tell(new Done(_request.Tag, _requests.Url.ToString(), _headers, _body.GetBuffer().AsMemory(0, (int)_body.Length), kind, problem)
        {
            IsGet = !_requests.HasBody,
            Path = file?.Path,
            Length = file?.Bytes ?? 0,
        });
        Context.Stop(Self);
    }

    /// <summary>What to fetch.</summary>
    internal sealed record Request(object Tag, WebUrl Url, NetworkIdentity Identity, FetchInitiator Initiator, string Accept, long MaxBytes, int MaxRedirects)
    {
        /// <summary>The page that makes the request; null for the tab's owner.</summary>
        internal WebUrl? Page { get; init; }

        /// <summary>The navigation that it is; null for a resource of the page.</summary>
        internal PageNavigation? Navigation { get; init; }

        /// <summary>The span that it is part of.</summary>
        internal ActivityContext TraceParent { get; init; }

        /// <summary>Where files go; null to treat every answer as a page.</summary>
        internal DownloadTarget? Downloads { get; init; }
    }

    internal sealed record Advanced(object Tag, WebUrl Url, long Bytes, long Total, bool IsDownload) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    internal sealed record Done(object Tag, string Url, FetchHeaders? Headers, ReadOnlyMemory<byte> Body, FetchErrorKind? Kind, string? Problem) : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        /// <summary>Whether the last hop sent no form: reloading the page sends none either.</summary>
        internal bool IsGet { get; init; }

        /// <summary>The file that the body was saved as; null for none.</summary>
        internal string? Path { get; init; }

        /// <summary>The file's length.</summary>
        internal long Length { get; init; }
    }
}
