using System.Runtime.CompilerServices;
using ActorBrowser.ChildEntrypoints.Rendering.Crawling;
using ActorBrowser.ChildEntrypoints.Scripting;
using ActorBrowser.Sandbox;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Rendering;

/// <summary>
/// The renderer: parses the bytes of a page, sends a summary, and answers queries about the live document. It fetches and
/// opens nothing; it asks the browser for the resources that a page needs.
/// </summary>
internal sealed class RendererRole : IFrameRole
{
    /// <summary>A large stack, because parsing and walking over nested elements recurses.</summary>
    private const int StackBytes = 64 << 20;

    private readonly WorkThread _thread = new("ActorBrowser renderer", StackBytes);
    private readonly PayloadReceiver<LoadDocument> _receiver;
    private readonly PayloadReceiver<PageResponse> _responses;
    private readonly RendererScripts _scripts;
    private bool _receivesResponse;
    private ChildContext? _context;

    // Used on the work thread only.
    private LiveDocument? _document;
    private ulong _cancelled;

    /// <summary>Creates a renderer without a page.</summary>
    public RendererRole()
    {
        _receiver = new((id, request, payload) => _thread.Add(() => Load(id, request, payload)));
        _scripts = new RendererScripts(_thread);
        _responses = new((id, response, payload) => _thread.Add(() => _scripts.OnResponse(id, response, payload)));
    }

    /// <inheritdoc/>
    public void OnStart(ChildContext context, ReadOnlyMemory<byte> roleArgs)
    {
        _context = context;
        _scripts.Use(context);
    }

    /// <inheritdoc/>
    public ProtocolViolation? OnFrame(in Frame frame)
    {
        switch (frame.Type)
        {
            case MessageType.LoadDocument:
                _receivesResponse = false;
                return _receiver.OnRequest(frame);
            case MessageType.PageResponse:
                _receivesResponse = true;
                return _responses.OnRequest(frame);
            case MessageType.FetchBodyChunk:
                // The pieces of one payload come together.
                return _receivesResponse ? _responses.OnPiece(frame) : _receiver.OnPiece(frame);
            case MessageType.EvaluateScript:
                return OnEvaluate(frame);
            case MessageType.PageCookies:
                return frame.TryRead<PageCookies>(out var cookies) ?? Post(() => _scripts.OnCookies(cookies));
            case MessageType.PageStorage:
                return frame.TryRead<PageStorage>(out var storage) ?? Post(() => _scripts.OnStorage(storage));
            case MessageType.QueryDocument:
                return OnQuery(frame);
            case MessageType.ActOnPage:
                return OnAct(frame);
            case MessageType.ResourceArrived:
                return frame.TryRead<ResourceArrived>(out var resource) ?? Post(() => _document?.SetResource(resource));
            case MessageType.CancelWork:
                if (frame.TryRead<CancelWork>(out _) is { } malformed)
                    return malformed;
                Volatile.Write(ref _cancelled, frame.CorrelationId);
                _receiver.Drop(frame.CorrelationId);
                return null;
            default:
                return new ProtocolViolation(ViolationKind.UnknownMessage, $"The renderer knows no message of type {frame.Type}.");
        }
    }

    /// <inheritdoc/>
    public void OnShutdown()
    {
    }

    // Only this method and those it calls name AngleSharp, so that it is loaded by the first page and not at the start.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Load(ulong id, in LoadDocument request, PayloadAssembly payload)
    {
        using (payload)
        {
            if (Volatile.Read(ref _cancelled) == id)
                return;
            _scripts.Leave();
            _document?.Dispose();
            _document = null;
            using var overdue = Overdue(id, request.Limits.MaxMilliseconds, "parsed");
            var trace = _context!.Traces.Of(id);
            trace?.Begin("parse");
            try
            {
                var wanted = request;
                var bytes = PackedDocument.Unpack(ref wanted, payload.Bytes);
                var document = LiveDocument.Parse(wanted, bytes);
                _document = document;
                trace?.GoesOn = request.Scripts.MaxMilliseconds > 0;
                Answer(id, document.Summary);
                if (document.Resources.Count > 0)
                    Answer(id, new ResourcesWanted(document.Resources));
                _scripts.Parsed(id, request.Scripts.MaxMilliseconds > 0);
                if (request.Scripts.MaxMilliseconds > 0)
                    RunScripts(document, request.Scripts, trace);
            }
            catch (DocumentFailedException e)
            {
                Answer(id, new DocumentFailed(e.Kind, e.Message));
            }
            catch (Exception e)
            {
                // A defect of the parser: the page fails, and this process serves no other page.
                Answer(id, new DocumentFailed(DocumentFailure.Failed, $"The page could not be parsed: {e.GetType().Name}: {e.Message}"));
            }
        }
        _context.Flush();
    }

    // After the page is parsed, which is within its own time.
    private void RunScripts(LiveDocument document, ScriptLimits limits, ChildTrace? trace) => _thread.Add(() =>
    {
        if (_document != document)
            return;
        trace?.Begin("scripts", ChildTrace.Request);
        _scripts.Start(document, limits);
    });

    private ProtocolViolation? OnEvaluate(in Frame frame)
    {
        if (frame.TryRead<EvaluateScript>(out var request) is { } malformed)
            return malformed;
        var id = frame.CorrelationId;
        return Post(() =>
        {
            if (Volatile.Read(ref _cancelled) == id)
                return;
            _context!.Traces.Of(id)?.Begin("evaluate");
            _scripts.Evaluate(id, _document, request);
        });
    }

    private ProtocolViolation? OnQuery(in Frame frame)
    {
        if (frame.TryRead<QueryDocument>(out var query) is { } malformed)
            return malformed;
        var id = frame.CorrelationId;
        return Post(() => Query(id, query));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Query(ulong id, in QueryDocument query)
    {
        if (Volatile.Read(ref _cancelled) == id)
            return;
        if (_document is null)
        {
            Answer(id, new DocumentFailed(DocumentFailure.NoDocument, "No page is loaded."));
        }
        else
        {
            using var overdue = Overdue(id, _document.MaxMilliseconds, "answered");
            _context!.Traces.Of(id)?.Begin("query");
            try
            {
                Answer(id, DocumentQueries.Run(_document, query));
            }
            catch (DocumentFailedException e)
            {
                Answer(id, new DocumentFailed(e.Kind, e.Message));
            }
            catch (Exception e)
            {
                Answer(id, new DocumentFailed(DocumentFailure.Failed, $"The query failed: {e.GetType().Name}: {e.Message}"));
            }
        }
        _context!.Flush();
    }

    private ProtocolViolation? OnAct(in Frame frame)
    {
        if (frame.TryRead<ActOnPage>(out var act) is { } malformed)
            return malformed;
        var id = frame.CorrelationId;
        return Post(() => Act(id, act));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Act(ulong id, in ActOnPage act)
    {
        if (_document is null)
        {
            Answer(id, new DocumentFailed(DocumentFailure.NoDocument, "No page is loaded."));
        }
        else
        {
            using var overdue = Overdue(id, _document.MaxMilliseconds, "changed");
            _context!.Traces.Of(id)?.Begin("act");
            try
            {
                foreach (var answer in ActFrames.Of(PageActions.Run(_document, act)))
                    Answer(id, answer);
            }
            catch (Exception e)
            {
                Answer(id, new DocumentFailed(DocumentFailure.Failed, $"The action failed: {e.GetType().Name}: {e.Message}"));
            }
        }
        _context!.Flush();
    }

    // A stuck thread cannot be stopped, so the process reports the timeout and exits.
    private Timer Overdue(ulong id, int milliseconds, string what) => new(
        _ =>
        {
            Answer(id, new DocumentFailed(DocumentFailure.TimedOut, $"The page was not {what} within {milliseconds} ms."));
            _context!.Flush();
            Interop.CurrentProcess.ExitNow(ChildExitCodes.OutOfTime);
        },
        null, milliseconds, Timeout.Infinite);

    private ProtocolViolation? Post(Action work)
    {
        _thread.Add(work);
        return null;
    }

    private void Answer<T>(ulong id, in T message) where T : struct, IWireMessage<T>
    {
        if (_context!.TryWrite(id, message) == WriteOutcome.TooLarge)
            _context.Write(id, new DocumentFailed(DocumentFailure.TooLarge, "The answer is longer than a message may be."));
    }
}
