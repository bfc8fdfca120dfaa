using ActorBrowser.Transport;
using Jint;
using Jint.Native;
using Jint.Runtime;

namespace ActorBrowser.ChildEntrypoints.Scripting;

/// <summary>Requests of <c>fetch</c> and <c>XMLHttpRequest</c>.</summary>
internal static class ScriptRequests
{
    /// <summary>
    /// Sends a request. The arguments: kind, method, URL, headers (name, value, …), body, mode, credentials, redirect, and the function that gets
    /// the answer: result, status, status text, URL, headers, body, message.
    /// </summary>
    /// <returns>The request's id.</returns>
    internal static JsValue Send(PageRealm realm, JsValue[] arguments)
    {
        var (headers, body, done) = (new List<HeaderField>(), arguments[4], arguments[8]);
        var pairs = ((JsArray)arguments[3]).ToArray();
        for (var i = 0; i + 1 < pairs.Length && headers.Count < 256; i += 2)
            headers.Add(new HeaderField(TypeConverter.ToString(pairs[i]), TypeConverter.ToString(pairs[i + 1])));
        var bytes = body.IsUint8Array() ? body.AsUint8Array() : [];
        if (bytes.Length > PageRequest.LongestBody)
            throw realm.TypeError($"A request's body has at most {PageRequest.LongestBody >> 10} KiB here.");
        var id = realm.Page.Network.Send(
            new PageRequest(
                (PageRequestKind)TypeConverter.ToInt32(arguments[0]), realm.Text(arguments, 1), realm.Text(arguments, 2), headers, bytes,
                (PageRequestMode)TypeConverter.ToInt32(arguments[5]), (PageRequestCredentials)TypeConverter.ToInt32(arguments[6]), (PageRequestRedirect)TypeConverter.ToInt32(arguments[7])),
            (response, content) => realm.Page.Call(
                done, JsValue.Undefined, (int)response.Outcome, response.Status, response.StatusText, response.Url,
                new JsArray(realm.Engine, [.. response.Headers.SelectMany(static field => (JsValue[])[field.Name, field.Value])]),
                realm.Engine.Intrinsics.Uint8Array.Construct(content), response.Message));
        return (double)id;
    }
}
