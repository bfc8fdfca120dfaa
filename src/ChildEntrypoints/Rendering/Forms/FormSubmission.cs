using System.Text;
using ActorBrowser.Transport;
using ActorBrowser.Transport.Http;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;

namespace ActorBrowser.ChildEntrypoints.Rendering;

/// <summary>Submits a form (HTML, 4.10.22.3): which request its data makes. The browser sends it.</summary>
internal static class FormSubmission
{
    /// <summary>The longest body without the files' bytes, or query.</summary>
    internal const int LongestBody = 16 << 20;

    private const string UrlEncoded = "application/x-www-form-urlencoded";

    /// <summary>The navigation that a submission makes.</summary>
    /// <param name="live">The page.</param>
    /// <param name="survey">The document's controls, as they are now.</param>
    /// <param name="form">The form.</param>
    /// <param name="submitter">The button; null for none.</param>
    /// <param name="at">Where an image button was clicked.</param>
    /// <exception cref="ActFailedException">The form leads nowhere that the browser goes.</exception>
    internal static ActDone Of(LiveDocument live, FormSurvey survey, IHtmlFormElement form, IElement? submitter, (int X, int Y) at)
    {
        var method = Attribute(submitter, "formmethod", form, "method");
        if (method.Equals("dialog", StringComparison.OrdinalIgnoreCase))
        {
            CloseDialog(live, form);
            return ActDone.Changed;
        }
        var isPost = method.Equals("post", StringComparison.OrdinalIgnoreCase);
        var encoder = PageEncoder.Named(EncodingOf(form) ?? live.Summary.Encoding);
        var entries = FormEntries.Of(survey, form, submitter, at, encoder.Name, live.Forms);
        var url = Target(live, Attribute(submitter, "formaction", form, "action"));
        var bodies = new FormBodies(encoder, LongestBody);
        var navigation = ActDone.Changed with { Outcome = ActOutcome.Navigate, IsReferrerHidden = HidesReferrer(form) };
        if (!isPost)
            return navigation with { Url = WithQuery(url, bodies.UrlEncoded(entries)) };
        navigation = navigation with { IsPost = true, Url = url.ToString() };
        switch (Attribute(submitter, "formenctype", form, "enctype").ToLowerInvariant())
        {
            case "multipart/form-data":
                var (boundary, parts) = bodies.Multipart(entries);
                return navigation with { ContentType = $"multipart/form-data; boundary={boundary}", Parts = parts };
            case "text/plain":
                return navigation with { ContentType = "text/plain", Parts = Single(bodies.Plain(entries)) };
            default:
                return navigation with { ContentType = UrlEncoded, Parts = Single(Encoding.ASCII.GetBytes(bodies.UrlEncoded(entries))) };
        }
    }

    /// <summary>Whether a link or form says that the next server is not to learn where it was.</summary>
    internal static bool HidesReferrer(IElement element) =>
        (element.GetAttribute("rel") ?? "").Split([' ', '\t', '\n', '\f', '\r'], StringSplitOptions.RemoveEmptyEntries).Contains("noreferrer", StringComparer.OrdinalIgnoreCase)
        || "no-referrer".Equals(element.GetAttribute("referrerpolicy"), StringComparison.OrdinalIgnoreCase);

    private static IReadOnlyList<BodyPart> Single(byte[] bytes) => bytes.Length == 0 ? [] : [new BodyPart(bytes, -1)];

    // A button's own attribute wins where it has one.
    private static string Attribute(IElement? submitter, string ofButton, IHtmlFormElement form, string ofForm) =>
        (submitter is not null && submitter.HasAttribute(ofButton) ? submitter.GetAttribute(ofButton) : form.GetAttribute(ofForm)) ?? "";

    private static string? EncodingOf(IHtmlFormElement form)
    {
        if (form.GetAttribute("accept-charset") is not { } declared)
            return null;
        foreach (var label in declared.Split([' ', ',', '\t', '\n', '\f', '\r'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (EncodingLabels.NameOf(label) is { } name)
                return name;
        }
        return "utf-8";
    }

    private static WebUrl Target(LiveDocument live, string action)
    {
        if ((action.Length == 0 ? live.Address : live.Parse(action)) is not { } url)
            throw new ActFailedException(ActFailure.UnsupportedTarget, $"The form's action '{HttpRules.Shorten(action, 100)}' is not a URL.");
        if (!url.IsHttp)
            throw new ActFailedException(ActFailure.UnsupportedTarget, $"The form's action has the scheme '{HttpRules.Shorten(url.Scheme, 100)}'; forms are sent to http and https only.");
        return url;
    }

    private static string WithQuery(WebUrl url, string query)
    {
        var text = url.ToString();
        var fragment = text.IndexOf('#', StringComparison.Ordinal);
        var tail = fragment < 0 ? "" : text[fragment..];
        var head = fragment < 0 ? text : text[..fragment];
        var old = head.IndexOf('?', StringComparison.Ordinal);
        var next = $"{(old < 0 ? head : head[..old])}?{query}{tail}";
        return next.Length <= HttpRules.MaxUrlLength ? next
            : throw new ActFailedException(ActFailure.TooLarge, $"The form's data makes a URL of {next.Length} characters; at most {HttpRules.MaxUrlLength} are allowed. It is a GET form.");
    }

    private static void CloseDialog(LiveDocument live, IHtmlFormElement form)
    {
        for (IElement? at = form; at is not null; at = at.ParentElement)
        {
            if (at is not IHtmlDialogElement || !at.HasAttribute("open"))
                continue;
            at.RemoveAttribute("open");
            live.Scripts?.Dispatch(at, "close", bubbles: false, cancelable: false);
            return;
        }
    }
}
