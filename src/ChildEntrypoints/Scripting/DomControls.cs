using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;

namespace ActorBrowser.ChildEntrypoints.Scripting;

/// <summary>The interfaces of HTML's elements.</summary>
internal static class DomControls
{
    internal static void Define(PageRealm realm)
    {
        DefineForms(realm);
        DefineChoices(realm);
        void Element(string name, string tags, string reflected) => realm.DefineElement(name, tags.Split(' '), reflected.Length == 0 ? null : defined => Reflection.Define(realm, defined, reflected));
        realm.DefineElement("HTMLAnchorElement", ["a"], defined => DefineLink(realm, defined));
        realm.DefineElement("HTMLAreaElement", ["area"], defined => DefineLink(realm, defined));
        realm.DefineElement("HTMLTemplateElement", ["template"], defined => defined.Get<IHtmlTemplateElement>("content", node => realm.Wrap(node.Content)));
        realm.DefineElement("HTMLScriptElement", ["script"], defined =>
        {
            Reflection.Define(realm, defined, "src@ type noModule? defer? charset crossOrigin integrity referrerPolicy");
            defined.Get<IHtmlScriptElement>("async", static node => node.HasAttribute("async"), (node, value) => Switch(realm, node, "async", value));
            defined.Get<IHtmlScriptElement>("text", static node => node.TextContent, (node, value) => realm.Tree.ReplaceAll(node, realm.Document.CreateTextNode(TypeConverter.ToString(value))));
        });
        realm.DefineElement("HTMLImageElement", ["img"], defined =>
        {
            Reflection.Define(realm, defined, "src@ alt srcset sizes crossOrigin useMap isMap? loading decoding referrerPolicy width# height#");
            defined.Get<IElement>("complete", static _ => true).Get<IElement>("naturalWidth", node => SizeOf(realm, node).Width).Get<IElement>("naturalHeight", node => SizeOf(realm, node).Height)
                .Get<IElement>("currentSrc", node => realm.Live.Resolve(node.GetAttribute("src")) ?? "")
                .Method<IElement>("decode", 0, (_, _) => realm.Promises.Resolved());
        });
        realm.DefineElement("HTMLTableElement", ["table"], defined => DefineTable(realm, defined));
        realm.DefineElement("HTMLTableSectionElement", ["tbody", "thead", "tfoot"], defined => defined.Get<IElement>("rows", node => Children(realm, node, "rows", "tr")));
        realm.DefineElement("HTMLTableRowElement", ["tr"], defined => defined
            .Get<IElement>("cells", node => Children(realm, node, "cells", "td", "th"))
            .Get<IElement>("rowIndex", static node => node.Closest("table") is IHtmlTableElement table ? table.Rows.ToList().FindIndex(row => row == node) : -1));
        Element("HTMLTableCellElement", "td th", "colSpan# rowSpan# headers scope abbr");
        Element("HTMLLinkElement", "link", "href@ rel media hreflang type as crossOrigin integrity disabled?");
        Element("HTMLMetaElement", "meta", "name content httpEquiv:http-equiv");
        Element("HTMLStyleElement", "style", "media type");
        Element("HTMLTitleElement", "title", "");
        Element("HTMLBaseElement", "base", "href@ target");
        Element("HTMLIFrameElement", "iframe", "src@ srcdoc name width height allow loading");
        Element("HTMLCanvasElement", "canvas", "width# height#");
        Element("HTMLVideoElement", "video", "src@ poster@ width# height# controls? autoplay? loop? muted?");
        Element("HTMLAudioElement", "audio", "src@ controls? autoplay? loop? muted?");
        Element("HTMLSourceElement", "source", "src@ type srcset media");
        Element("HTMLLIElement", "li", "value#");
        Element("HTMLOListElement", "ol", "start# reversed? type");
        Element("HTMLUListElement", "ul", "type");
        Element("HTMLDListElement", "dl", "");
        Element("HTMLDivElement", "div", "align");
        Element("HTMLSpanElement", "span", "");
        Element("HTMLParagraphElement", "p", "align");
        Element("HTMLHeadingElement", "h1 h2 h3 h4 h5 h6", "");
        Element("HTMLHeadElement", "head", "");
        Element("HTMLHtmlElement", "html", "");
        Element("HTMLPreElement", "pre", "");
        Element("HTMLQuoteElement", "blockquote q", "cite@");
        Element("HTMLBRElement", "br", "");
        Element("HTMLHRElement", "hr", "");
        Element("HTMLDetailsElement", "details", "open?");
        Element("HTMLFieldSetElement", "fieldset", "disabled? name");
        Element("HTMLLegendElement", "legend", "");
        Element("HTMLOptGroupElement", "optgroup", "disabled? label");
        Element("HTMLDataListElement", "datalist", "");
        Element("HTMLProgressElement", "progress", "value# max#");
        Element("HTMLMeterElement", "meter", "value# min# max#");
        Element("HTMLTimeElement", "time", "dateTime");
        Element("HTMLDataElement", "data", "value");
        Element("HTMLObjectElement", "object", "data@ type");
        Element("HTMLEmbedElement", "embed", "src@ type");
        Element("HTMLSlotElement", "slot", "name");
        Element("HTMLModElement", "ins del", "cite@ dateTime");
        realm.DefineElement("HTMLBodyElement", ["body"], defined => EventInterfaces.DefineHandlers(realm, defined, DomElements.WindowHandlers));
        realm.DefineElement("HTMLDialogElement", ["dialog"], defined =>
        {
            Reflection.Define(realm, defined, "open? returnValue");
            foreach (var name in (ReadOnlySpan<string>)["show", "showModal"])
                defined.Method<IElement>(name, 0, (node, _) => DomElements.Do(() => realm.Tree.SetAttribute(node, "open", "")));
            defined.Method<IElement>("close", 0, (node, _) => DomElements.Do(() =>
            {
                realm.Tree.RemoveAttribute(node, "open");
                realm.Events.Fire((ObjectInstance)realm.Wrap(node), "close");
            }));
        });
    }

    private static void DefineForms(PageRealm realm)
    {
        realm.DefineElement("HTMLFormElement", ["form"], defined =>
        {
            Reflection.Define(realm, defined, "name target acceptCharset:accept-charset autocomplete noValidate? rel");
            defined.Get<IHtmlFormElement>("action", node => realm.Live.Resolve(node.GetAttribute("action") ?? "", anyScheme: true) ?? "", (node, value) => realm.Tree.SetAttribute(node, "action", TypeConverter.ToString(value)))
                .Get<IHtmlFormElement>("method", static node => node.GetAttribute("method")?.ToLowerInvariant() is ("post" or "dialog") and { } method ? method : "get", (node, value) => realm.Tree.SetAttribute(node, "method", TypeConverter.ToString(value)))
                .Get<IHtmlFormElement>("enctype", static node => node.Enctype ?? "", (node, value) => realm.Tree.SetAttribute(node, "enctype", TypeConverter.ToString(value)))
                .Get<IHtmlFormElement>("elements", node => ((JsNode)realm.Wrap(node)).Part("elements", () => realm.Collection(() => [.. node.Elements])))
                .Get<IHtmlFormElement>("length", static node => node.Elements.Length)
                .Method<IHtmlFormElement>("submit", 0, (node, _) => DomElements.Do(() => realm.Window.Submit(node, null)))
                .Method<IHtmlFormElement>("requestSubmit", 0, (node, arguments) => DomElements.Do(() => ActivationBehavior.Submit(realm, node, realm.NodeOrNull(arguments, 0) as IElement)))
                .Method<IHtmlFormElement>("reset", 0, (node, _) => DomElements.Do(() =>
                {
                    if (realm.Events.Fire((ObjectInstance)realm.Wrap(node), "reset", bubbles: true, cancelable: true))
                        node.Reset();
                }))
                .Method<IHtmlFormElement>("checkValidity", 0, static (node, _) => node.CheckValidity())
                .Method<IHtmlFormElement>("reportValidity", 0, static (node, _) => node.CheckValidity());
        });
        realm.DefineElement("HTMLInputElement", ["input"], defined =>
        {
            DefineControl(realm, defined, "accept alt autocomplete max min pattern placeholder step size# maxLength# minLength# multiple? formAction@ formMethod formEnctype src@ defaultValue:value defaultChecked:checked?");
            defined.Get<IHtmlInputElement>("type", static node => node.Type, (node, value) => realm.Tree.SetAttribute(node, "type", TypeConverter.ToString(value)))
                .Get<IHtmlInputElement>("value", static node => node.Type is "checkbox" or "radio" ? node.GetAttribute("value") ?? "on" : node.Value ?? "", (node, value) =>
                {
                    if (node.Type is "checkbox" or "radio" or "hidden" or "submit" or "button" or "reset" or "image")
                        realm.Tree.SetAttribute(node, "value", DomNodes.TextOrEmpty(value));
                    else
                        node.Value = DomNodes.TextOrEmpty(value);
                })
                .Get<IHtmlInputElement>("valueAsNumber", static node => node.ValueAsNumber, static (node, value) => node.ValueAsNumber = TypeConverter.ToNumber(value))
                .Get<IHtmlInputElement>("checked", static node => node.IsChecked, (node, value) => ActivationBehavior.Check(node, TypeConverter.ToBoolean(value)))
                .Get<IHtmlInputElement>("indeterminate", static node => node.IsIndeterminate, static (node, value) => node.IsIndeterminate = TypeConverter.ToBoolean(value))
                .Get<IHtmlInputElement>("files", node => node.Type == "file" ? new JsArray(realm.Engine) : JsValue.Null)
                .Get<IHtmlInputElement>("list", node => realm.Wrap(node.List));
            DefineSelection(realm, defined);
        });
        realm.DefineElement("HTMLTextAreaElement", ["textarea"], defined =>
        {
            DefineControl(realm, defined, "placeholder wrap rows# cols# maxLength# minLength# autocomplete");
            defined.Get<IHtmlTextAreaElement>("type", static _ => "textarea")
                .Get<IHtmlTextAreaElement>("value", static node => node.Value ?? "", static (node, value) => node.Value = DomNodes.TextOrEmpty(value))
                .Get<IHtmlTextAreaElement>("defaultValue", static node => node.TextContent, (node, value) => realm.Tree.ReplaceAll(node, realm.Document.CreateTextNode(TypeConverter.ToString(value))))
                .Get<IHtmlTextAreaElement>("textLength", static node => (node.Value ?? "").Length);
            DefineSelection(realm, defined);
        });
        realm.DefineElement("HTMLButtonElement", ["button"], defined =>
        {
            DefineControl(realm, defined, "value formAction@ formMethod formEnctype");
            defined.Get<IElement>("type", static node => node.GetAttribute("type")?.ToLowerInvariant() is ("button" or "reset") and { } type ? type : "submit", (node, value) => realm.Tree.SetAttribute(node, "type", TypeConverter.ToString(value)));
        });
        realm.DefineElement("HTMLLabelElement", ["label"], defined =>
        {
            Reflection.Define(realm, defined, "htmlFor:for");
            defined.Get<IElement>("control", node => realm.Wrap(ActivationBehavior.ControlOf(node))).Get<IElement>("form", node => realm.Wrap(FormOf(ActivationBehavior.ControlOf(node))));
        });
        realm.DefineElement("HTMLOutputElement", ["output"], defined =>
        {
            DefineControl(realm, defined, "htmlFor:for");
            defined.Get<IElement>("value", static node => node.TextContent, (node, value) => realm.Tree.ReplaceAll(node, realm.Document.CreateTextNode(TypeConverter.ToString(value))));
        });
    }

    private static void DefineChoices(PageRealm realm)
    {
        realm.DefineElement("HTMLSelectElement", ["select"], defined =>
        {
            DefineControl(realm, defined, "multiple? size# autocomplete");
            defined.Get<IHtmlSelectElement>("type", static node => node.IsMultiple ? "select-multiple" : "select-one")
                .Get<IHtmlSelectElement>("options", node => ((JsNode)realm.Wrap(node)).Part("options", () => realm.Collection(() => [.. node.Options])))
                .Get<IHtmlSelectElement>("selectedOptions", node => realm.Collection(() => [.. Selected(node)]))
                .Get<IHtmlSelectElement>("length", static node => node.Options.Length)
                .Get<IHtmlSelectElement>("selectedIndex", static node => Selected(node).FirstOrDefault() is { } first ? IndexOf(node, first) : -1,
                    static (node, value) => Choose(node, (option, index) => index == TypeConverter.ToInt32(value)))
                .Get<IHtmlSelectElement>("value", static node => Selected(node).FirstOrDefault()?.Value ?? "", static (node, value) =>
                {
                    var wanted = TypeConverter.ToString(value);
                    var chosen = node.Options.FirstOrDefault(option => option.Value == wanted);
                    Choose(node, (option, _) => option == chosen);
                })
                .Method<IHtmlSelectElement>("item", 1, (node, arguments) => realm.Wrap(node.Options.ElementAtOrDefault(TypeConverter.ToInt32(PageRealm.At(arguments, 0)))))
                .Method<IHtmlSelectElement>("add", 1, (node, arguments) => DomElements.Do(() => realm.Tree.Insert(node, realm.Node(arguments, 0),
                    PageRealm.At(arguments, 1) is JsNumber index ? node.Options.ElementAtOrDefault(TypeConverter.ToInt32(index)) : realm.NodeOrNull(arguments, 1))));
        });
        realm.DefineElement("HTMLOptionElement", ["option"], defined =>
        {
            Reflection.Define(realm, defined, "disabled? defaultSelected:selected?");
            defined.Get<IHtmlOptionElement>("value", static node => node.Value, (node, value) => realm.Tree.SetAttribute(node, "value", TypeConverter.ToString(value)))
                .Get<IHtmlOptionElement>("text", static node => node.Text.Trim(), (node, value) => realm.Tree.ReplaceAll(node, realm.Document.CreateTextNode(TypeConverter.ToString(value))))
                .Get<IHtmlOptionElement>("label", static node => node.GetAttribute("label") ?? node.Text, (node, value) => realm.Tree.SetAttribute(node, "label", TypeConverter.ToString(value)))
                .Get<IHtmlOptionElement>("index", static node => node.Index)
                .Get<IHtmlOptionElement>("form", node => realm.Wrap(FormOf(node)))
                .Get<IHtmlOptionElement>("selected", static node => SelectOf(node) is { } select ? Selected(select).Contains(node) : node.IsSelected, static (node, value) =>
                {
                    var wanted = TypeConverter.ToBoolean(value);
                    if (wanted && SelectOf(node) is { IsMultiple: false } select)
                        Choose(select, (option, _) => option == node);
                    else
                        node.IsSelected = wanted;
                });
        });
    }

    /// <summary>The options that are selected; where a drop-down list has none, its first.</summary>
    internal static IEnumerable<IHtmlOptionElement> Selected(IHtmlSelectElement select)
    {
        var chosen = select.Options.Where(static option => option.IsSelected).ToArray();
        if (select.IsMultiple)
            return chosen;
        return chosen.Length > 0 ? [chosen[^1]] : select.Size > 1 ? [] : select.Options.Where(static option => !option.IsDisabled).Take(1);
    }

    private static void Choose(IHtmlSelectElement select, Func<IHtmlOptionElement, int, bool> chosen)
    {
        var index = 0;
        foreach (var option in select.Options)
            option.IsSelected = chosen(option, index++);
    }

    private static IHtmlSelectElement? SelectOf(IHtmlOptionElement option) => option.Closest("select") as IHtmlSelectElement;

    private static int IndexOf(IHtmlSelectElement select, IHtmlOptionElement option) => select.Options.ToList().IndexOf(option);

    /// <summary>The form that a control belongs to.</summary>
    internal static IElement? FormOf(IElement? control) => control?.GetAttribute("form") is { Length: > 0 } id ? control.Owner?.GetElementById(id) : control?.Closest("form");

    private static void DefineControl(PageRealm realm, DomInterface defined, string reflected)
    {
        Reflection.Define(realm, defined, "name disabled? required? readOnly? autofocus? " + reflected);
        defined.Get<IElement>("form", node => realm.Wrap(FormOf(node)))
            .Get<IElement>("labels", node => realm.List([.. realm.Document.QuerySelectorAll("label").Where(label => ActivationBehavior.ControlOf(label) == node)]))
            .Get<IElement>("willValidate", static node => !node.HasAttribute("disabled"))
            .Get<IElement>("validationMessage", static _ => "")
            .Get<IElement>("validity", node => realm.Window.Validity(node))
            .Method<IElement>("checkValidity", 0, static (node, _) => node is not IValidation control || control.CheckValidity())
            .Method<IElement>("reportValidity", 0, static (node, _) => node is not IValidation control || control.CheckValidity())
            .Method<IElement>("setCustomValidity", 1, static (_, _) => JsValue.Undefined);
    }

    // There is no caret: a selection is kept, and shown nowhere.
    private static void DefineSelection(PageRealm realm, DomInterface defined) => defined
        .Get<IElement>("selectionStart", node => realm.Window.SelectionOf(node).Start, (node, value) => realm.Window.Select(node, TypeConverter.ToInt32(value), realm.Window.SelectionOf(node).End))
        .Get<IElement>("selectionEnd", node => realm.Window.SelectionOf(node).End, (node, value) => realm.Window.Select(node, realm.Window.SelectionOf(node).Start, TypeConverter.ToInt32(value)))
        .Get<IElement>("selectionDirection", static _ => "none", static (_, _) => { })
        .Method<IElement>("select", 0, static (_, _) => JsValue.Undefined)
        .Method<IElement>("setSelectionRange", 2, (node, arguments) => DomElements.Do(() => realm.Window.Select(node, TypeConverter.ToInt32(PageRealm.At(arguments, 0)), TypeConverter.ToInt32(PageRealm.At(arguments, 1)))));

    private static void DefineLink(PageRealm realm, DomInterface defined)
    {
        Reflection.Define(realm, defined, "href@ target download rel hreflang type ping referrerPolicy");
        defined.Get<IElement>("text", static node => node.TextContent, (node, value) => realm.Tree.ReplaceAll(node, realm.Document.CreateTextNode(TypeConverter.ToString(value))))
            .Method<IElement>("toString", 0, (node, _) => realm.Live.Resolve(node.GetAttribute("href"), anyScheme: true) ?? node.GetAttribute("href") ?? "");
        foreach (var part in (ReadOnlySpan<string>)["protocol", "host", "hostname", "port", "pathname", "search", "hash", "origin"])
            defined.Get<IElement>(part, node => WindowObject.UrlPart(realm.Live.Resolve(node.GetAttribute("href"), anyScheme: true), part));
    }

    private static void DefineTable(PageRealm realm, DomInterface defined) => defined
        .Get<IHtmlTableElement>("rows", node => ((JsNode)realm.Wrap(node)).Part("rows", () => realm.Collection(() => [.. node.Rows])))
        .Get<IHtmlTableElement>("tBodies", node => Children(realm, node, "tBodies", "tbody"))
        .Get<IHtmlTableElement>("tHead", node => realm.Wrap(node.Children.FirstOrDefault(static child => child.LocalName == "thead")))
        .Get<IHtmlTableElement>("tFoot", node => realm.Wrap(node.Children.FirstOrDefault(static child => child.LocalName == "tfoot")))
        .Method<IHtmlTableElement>("insertRow", 0, (node, arguments) =>
        {
            var row = realm.Document.CreateElement("tr");
            var body = node.Children.LastOrDefault(static child => child.LocalName == "tbody");
            if (body is null)
                realm.Tree.Insert(node, body = realm.Document.CreateElement("tbody"), null);
            var index = arguments.Length > 0 ? TypeConverter.ToInt32(arguments[0]) : -1;
            realm.Tree.Insert(body, row, index < 0 ? null : body.Children.ElementAtOrDefault(index));
            return realm.Wrap(row);
        });

    private static JsValue Children(PageRealm realm, IElement node, string part, params string[] tags) =>
        ((JsNode)realm.Wrap(node)).Part(part, () => realm.Collection(() => [.. node.Children.Where(child => tags.Contains(child.LocalName))]));

    private static void Switch(PageRealm realm, IElement node, string attribute, JsValue value)
    {
        if (TypeConverter.ToBoolean(value))
            realm.Tree.SetAttribute(node, attribute, "");
        else
            realm.Tree.RemoveAttribute(node, attribute);
    }

    private static (int Width, int Height) SizeOf(PageRealm realm, IElement image) => realm.Live.SizeOf(realm.Live.Resolve(image.GetAttribute("src")) ?? "");
}
