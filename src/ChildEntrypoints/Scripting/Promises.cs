using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Native.Promise;

namespace ActorBrowser.ChildEntrypoints.Scripting;

/// <summary>Promises, by the engine's own functions and not by what a page may have put in their place.</summary>
internal sealed class Promises
{
    private readonly PageRealm _realm;
    private readonly JsValue _then;
    private readonly JsValue _done;

    internal Promises(PageRealm realm)
    {
        _realm = realm;
        var constructor = (ObjectInstance)realm.Engine.Global.Get("Promise");
        _then = ((ObjectInstance)constructor.Get("prototype")).Get("then");
        _done = constructor.Get("resolve").Call(constructor, [JsValue.Undefined]);
    }

    /// <summary>Makes a promise that the host settles.</summary>
    internal ManualPromise New() => _realm.Engine.Advanced.RegisterPromise();

    /// <summary>A promise that is resolved.</summary>
    internal JsValue Resolved() => _done;

    /// <summary>Runs host code once a promise is settled.</summary>
    internal void Then(JsValue promise, Action<JsValue> done, Action<JsValue> rejected) => _then.Call(promise, [Run(done), Run(rejected)]);

    /// <summary>Calls a function once the running script has ended.</summary>
    internal void Microtask(JsValue function) => _then.Call(_done, [Run(_ => _realm.Page.Call(function, JsValue.Undefined))]);

    private Jint.Runtime.Interop.ClrFunction Run(Action<JsValue> run) => _realm.Function("", 1, (_, arguments) =>
    {
        run(PageRealm.At(arguments, 0));
        return JsValue.Undefined;
    });
}
