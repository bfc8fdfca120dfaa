using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using Jint.Native.Object;

namespace ActorBrowser.ChildEntrypoints.Scripting;

/// <summary>What a click does besides its listeners: boxes are checked before them, and forms and links follow after them.</summary>
internal sealed class ActivationBehavior
{
    private readonly PageRealm _realm;
    private readonly IElement _element;
    private readonly bool _checked;
    private readonly IHtmlInputElement? _previous;

    private ActivationBehavior(PageRealm realm, IElement element)
    {
        (_realm, _element) = (realm, element);
        if (element is not IHtmlInputElement { Type: "checkbox" or "radio" } box)
            return;
        _checked = box.IsChecked;
        _previous = box.Type == "radio" ? Group(box).FirstOrDefault(static other => other.IsChecked) : null;
        Check(box, box.Type == "radio" || !box.IsChecked);
    }

    /// <summary>Begins the click's own action; null where it has none. Not for the browser's clicks, whose sender acts itself.</summary>
    internal static ActivationBehavior? Begin(PageRealm realm, IReadOnlyList<ObjectInstance> path, JsEvent click)
    {
        if (click.IsTrusted)
            return null;
        foreach (var at in path)
        {
            if (at is not JsNode { Node: IElement element })
                continue;
            if (element is IHtmlInputElement { Type: "checkbox" or "radio" or "submit" or "image" or "reset" } or IHtmlButtonElement or IHtmlLabelElement or IHtmlAnchorElement || element.LocalName == "summary")
                return new ActivationBehavior(realm, element);
        }
        return null;
    }

    /// <summary>Ends it, after the listeners.</summary>
    internal void End(bool isPrevented)
    {
        if (_element is IHtmlInputElement { Type: "checkbox" or "radio" } box)
        {
            if (isPrevented)
            {
                Check(box, _checked);
                if (_previous is not null)
                    Check(_previous, true);
            }
            else if (box.IsChecked != _checked && DomTree.IsConnected(box))
            {
                _realm.Events.DispatchTrusted(box, "input", bubbles: true, cancelable: false);
                _realm.Events.DispatchTrusted(box, "change", bubbles: true, cancelable: false);
            }
        }
        else if (!isPrevented)
        {
            Act();
        }
    }

    /// <summary>Checks a box; of a radio button's group it is then the only one.</summary>
    internal static void Check(IHtmlInputElement box, bool isChecked)
    {
        if (isChecked && box.Type == "radio")
        {
            foreach (var other in Group(box))
                other.IsChecked = false;
        }
        box.IsChecked = isChecked;
    }

    /// <summary>Submits a form as a user does: with the event.</summary>
    internal static void Submit(PageRealm realm, IElement form, IElement? submitter)
    {
        if (realm.Events.DispatchTrusted(form, "submit", bubbles: true, cancelable: true, submitter))
            realm.Window.Submit((IHtmlFormElement)form, submitter);
    }

    /// <summary>The control that a label belongs to.</summary>
    internal static IElement? ControlOf(IElement label) => label.GetAttribute("for") is { } id
        ? label.Owner?.GetElementById(id)
        : label.QuerySelector("input:not([type=hidden]), select, textarea, button, output, meter, progress");

    private void Act()
    {
        switch (_element)
        {
            case IHtmlInputElement { Type: "submit" or "image" } or IHtmlButtonElement when _element.GetAttribute("type")?.ToLowerInvariant() is not "button" and not "reset":
                if (DomControls.FormOf(_element) is { } form && !_element.HasAttribute("disabled"))
                    Submit(_realm, form, _element);
                break;
            case IHtmlInputElement or IHtmlButtonElement when _element.GetAttribute("type")?.Equals("reset", StringComparison.OrdinalIgnoreCase) == true:
                if (DomControls.FormOf(_element) is IHtmlFormElement reset && _realm.Events.Fire((ObjectInstance)_realm.Wrap(reset), "reset", bubbles: true, cancelable: true))
                    reset.Reset();
                break;
            case IHtmlLabelElement:
                if (ControlOf(_element) is { } control && !control.HasAttribute("disabled"))
                    _realm.Events.Dispatch((ObjectInstance)_realm.Wrap(control), new JsEvent(_realm.Engine, _realm.PrototypeOf("PointerEvent"), "click") { Bubbles = true, Cancelable = true, Composed = true, Time = _realm.Page.Tasks.Now });
                break;
            case IHtmlAnchorElement when _element.GetAttribute("href") is { } href:
                _realm.Window.Navigate(href);
                break;
            case { LocalName: "summary" } when _element.ParentElement is { LocalName: "details" } details:
                if (details.HasAttribute("open"))
                    _realm.Tree.RemoveAttribute(details, "open");
                else
                    _realm.Tree.SetAttribute(details, "open", "");
                break;
            default:
                break;
        }
    }

    private static IEnumerable<IHtmlInputElement> Group(IHtmlInputElement radio)
    {
        INode root = radio;
        while (root.Parent is { } parent)
            root = parent;
        var form = DomControls.FormOf(radio);
        return radio.Name is { Length: > 0 } name && root is IParentNode all
            ? all.QuerySelectorAll("input[type=radio]").OfType<IHtmlInputElement>().Where(other => other.Name == name && DomControls.FormOf(other) == form)
            : [radio];
    }
}
