using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;

namespace ActorBrowser.ChildEntrypoints.Scripting;

/// <summary>Dispatches events as the DOM standard says. AngleSharp's own events are not used.</summary>
/// <param name="realm">The page's realm.</param>
internal sealed class DomEvents(PageRealm realm)
{
    private const int Capturing = 1, AtTarget = 2, Bubbling = 3;

    private readonly EventListeners _window = new();

    /// <summary>The listeners of an object; null where there are none and none are to be made.</summary>
    internal EventListeners? ListenersOf(ObjectInstance target, bool make)
    {
        if (ReferenceEquals(target, realm.Engine.Global))
            return _window;
        return target is JsTarget known ? make ? known.Listeners ??= new EventListeners() : known.Listeners : null;
    }

    /// <summary>Dispatches an event of the browser.</summary>
    internal bool DispatchTrusted(INode target, string type, bool bubbles, bool cancelable, INode? submitter = null)
    {
        JsObject? members = null;
        if (type == "submit")
        {
            members = new JsObject(realm.Engine);
            members.Set("submitter", realm.Wrap(submitter));
        }
        return Fire((ObjectInstance)realm.Wrap(target), type, bubbles, cancelable, members);
    }

    /// <summary>Dispatches an event of the browser.</summary>
    /// <returns>False if a listener prevented the default action.</returns>
    internal bool Fire(ObjectInstance target, string type, bool bubbles = false, bool cancelable = false, ObjectInstance? members = null)
    {
        var fired = new JsEvent(realm.Engine, realm.PrototypeOf(EventInterfaces.Of(type)), type)
        {
            Bubbles = bubbles,
            Cancelable = cancelable,
            Composed = bubbles,
            IsTrusted = true,
            Time = realm.Page.Tasks.Now,
            Members = members,
        };
        return Dispatch(target, fired);
    }

    /// <summary>Dispatches an event.</summary>
    /// <returns>False if a listener prevented the default action.</returns>
    internal bool Dispatch(ObjectInstance target, JsEvent dispatched)
    {
        dispatched.IsDispatched = true;
        dispatched.Target = target;
        var path = PathOf(target, dispatched.Type_);
        dispatched.Path = path;
        var activation = dispatched.Type_ == "click" && realm.Page.RunsPageScripts ? ActivationBehavior.Begin(realm, path, dispatched) : null;
        for (var i = path.Count - 1; i > 0 && !dispatched.IsStopped; i--)
            Invoke(path[i], dispatched, Capturing);
        if (!dispatched.IsStopped)
            Invoke(path[0], dispatched, AtTarget, captures: true);
        if (!dispatched.IsStopped)
            Invoke(path[0], dispatched, AtTarget, captures: false);
        for (var i = 1; i < path.Count && dispatched.Bubbles && !dispatched.IsStopped; i++)
            Invoke(path[i], dispatched, Bubbling);
        (dispatched.Phase, dispatched.CurrentTarget, dispatched.IsDispatched, dispatched.Path) = (0, JsValue.Null, false, []);
        (dispatched.IsStopped, dispatched.IsStoppedAtOnce) = (false, false);
        activation?.End(dispatched.IsPrevented);
        return !dispatched.IsPrevented;
    }

    /// <summary>Reports an error that nothing has caught: to the page, and to the log.</summary>
    internal void ReportError(JavaScriptException error)
    {
        var failed = ScriptFailures.Of(error);
        realm.Page.Report(failed.Line > 0 ? $"{failed.Message} ({error.Location.SourceFile}:{failed.Line}:{failed.Column})" : failed.Message);
        var members = new JsObject(realm.Engine);
        members.Set("message", $"Uncaught {failed.Message}");
        members.Set("error", error.Error);
        members.Set("lineno", failed.Line);
        members.Set("colno", failed.Column);
        members.Set("filename", error.Location.SourceFile ?? "");
        Fire(realm.Engine.Global, "error", cancelable: true, members: members);
    }

    private List<ObjectInstance> PathOf(ObjectInstance target, string type)
    {
        var path = new List<ObjectInstance> { target };
        if (target is not JsNode { Node: var node })
            return path;
        for (var at = node.Parent; at is not null; at = at.Parent)
            path.Add((ObjectInstance)realm.Wrap(at));
        if (type != "load" && ReferenceEquals(((JsNode)path[^1]).Node, realm.Document))
            path.Add(realm.Engine.Global);
        return path;
    }

    private void Invoke(ObjectInstance at, JsEvent dispatched, int phase, bool? captures = null)
    {
        var wantsCapture = captures ?? phase == Capturing;
        if (!wantsCapture)
            ReadAttribute(at, dispatched.Type_);
        if (ListenersOf(at, make: false) is not { } listeners || !listeners.Has(dispatched.Type_))
            return;
        (dispatched.Phase, dispatched.CurrentTarget) = (phase, at);
        foreach (var listener in listeners.Of(dispatched.Type_))
        {
            if (listener.IsRemoved || listener.Capture != wantsCapture)
                continue;
            if (listener.Once)
                listeners.Remove(dispatched.Type_, listener);
            dispatched.InPassive = listener.Passive;
            if (listener.IsHandler)
                CallHandler(at, listeners, dispatched);
            else
                CallListener(listener.Callback, at, dispatched);
            dispatched.InPassive = false;
            if (dispatched.IsStoppedAtOnce)
                return;
        }
    }

    private void CallListener(JsValue callback, ObjectInstance at, JsEvent dispatched)
    {
        if (callback.IsCallable())
        {
            realm.Page.Call(callback, at, dispatched);
            return;
        }
        try
        {
            if (callback is ObjectInstance listener && listener.Get("handleEvent") is var handle && handle.IsCallable())
                handle.Call(listener, [dispatched]);
        }
        catch (JavaScriptException e)
        {
            ReportError(e);
        }
    }

    private void CallHandler(ObjectInstance at, EventListeners listeners, JsEvent dispatched)
    {
        if (listeners.Handler(dispatched.Type_) is not { } handler || !handler.IsCallable())
            return;
        var isError = dispatched.Type_ == "error" && ReferenceEquals(at, realm.Engine.Global) && dispatched.Members is not null;
        var returned = isError
            ? realm.Page.Call(handler, at, Member(dispatched, "message"), Member(dispatched, "filename"), Member(dispatched, "lineno"), Member(dispatched, "colno"), Member(dispatched, "error"))
            : realm.Page.Call(handler, at, dispatched);
        if (isError ? returned is JsBoolean && TypeConverter.ToBoolean(returned) : returned is JsBoolean && !TypeConverter.ToBoolean(returned))
            dispatched.Prevent();
    }

    /// <summary>A handler in the page's HTML is compiled when its event first comes there.</summary>
    internal void ReadAttribute(ObjectInstance at, string type)
    {
        if (!realm.Page.RunsPageScripts || at is not JsNode { Node: IElement element } node || element.GetAttribute("on" + type) is not { } code)
            return;
        if (node.Listeners?.Handler(type) is null && CompileHandler(type, code) is { } handler)
            (node.Listeners ??= new EventListeners()).SetHandler(type, handler, fromAttribute: true);
        // On the body element, these are the window's.
        if (element is IHtmlBodyElement && type is "load" or "resize" or "hashchange" or "popstate" or "beforeunload")
            node.Listeners?.SetHandler(type, null);
    }

    /// <summary>Makes a function of an event handler attribute; null if it is not valid JavaScript.</summary>
    internal JsValue? CompileHandler(string type, string code)
    {
        try
        {
            return realm.Engine.Construct(realm.Engine.Intrinsics.Function, "event", $"with(document){{with(this.form||{{}}){{with(this){{{code}\n}}}}}}");
        }
        catch (JavaScriptException e)
        {
            ReportError(e);
            return null;
        }
    }

    private static JsValue Member(JsEvent dispatched, string name) => dispatched.Members?.Get(name) ?? JsValue.Undefined;
}
