using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Scripting;

/// <summary>What a page's scripts have asked the browser to fetch, and who waits for it.</summary>
/// <param name="host">The renderer.</param>
/// <param name="refuses">The page's tasks if nothing is fetched, because the page's own scripts do not run; else null.</param>
internal sealed class PageNetwork(IScriptHost host, ScriptTasks? refuses)
{
    /// <summary>The most requests at a time; further ones wait in the renderer.</summary>
    private const int AtOnce = 32;

    // Scripts know requests by small numbers, which fit a double.
    private readonly Dictionary<ulong, (ulong Number, Action<PageResponse, byte[]> Done)> _sent = [];
    private readonly Dictionary<ulong, ulong> _ids = [];
    private readonly Queue<(ulong Number, PageRequest Request, Action<PageResponse, byte[]> Done)> _waiting = new();
    private ulong _last;

    /// <summary>Whether any answer is missing.</summary>
    internal bool IsBusy => _sent.Count > 0 || _waiting.Count > 0;

    /// <summary>Sends a request.</summary>
    /// <returns>Its number.</returns>
    internal ulong Send(in PageRequest request, Action<PageResponse, byte[]> done)
    {
        if (refuses is not null)
        {
            refuses.Add(0, () => done(new PageResponse(PageResult.Failed, 0, "", "", [], "Scripts fetch nothing in a tab that does not run its pages' scripts.", 0, default), []));
            return ++_last;
        }
        _waiting.Enqueue((++_last, request, done));
        SendMore();
        return _last;
    }

    /// <summary>The answer to a request is no longer wanted.</summary>
    internal void Cancel(ulong number)
    {
        if (_ids.Remove(number, out var id))
        {
            _sent.Remove(id);
            host.Cancel(id);
        }
        else
        {
            var left = _waiting.Where(waiting => waiting.Number != number).ToArray();
            _waiting.Clear();
            foreach (var waiting in left)
                _waiting.Enqueue(waiting);
        }
        SendMore();
    }

    /// <summary>No answer is wanted any more.</summary>
    internal void CancelAll()
    {
        _waiting.Clear();
        foreach (var number in _ids.Keys.ToArray())
            Cancel(number);
    }

    /// <summary>The caller that waits for an answer; null for none.</summary>
    internal Action<PageResponse, byte[]>? Take(ulong id)
    {
        if (!_sent.Remove(id, out var sent))
            return null;
        _ids.Remove(sent.Number);
        SendMore();
        return sent.Done;
    }

    private void SendMore()
    {
        while (_sent.Count < AtOnce && _waiting.TryDequeue(out var next))
        {
            var id = host.Request(next.Request);
            _sent.Add(id, (next.Number, next.Done));
            _ids.Add(next.Number, id);
        }
    }
}
