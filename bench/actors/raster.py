"""Owns turning meshes and strands into screen-space buffers with OpenGL (EGL). Does not own their colour."""

import moderngl
import numpy as np

VERT = """#version 330
uniform mat4 mvp; in vec3 pos; in vec3 nrm; in vec2 uv; in float mat;
out vec3 vp; out vec3 vn; out vec3 vt;
void main(){ gl_Position = mvp*vec4(pos,1); vp=pos; vn=nrm; vt=vec3(uv,mat); }"""
FRAG = """#version 330
in vec3 vp; in vec3 vn; in vec3 vt; layout(location=0) out vec4 o0; layout(location=1) out vec4 o1; layout(location=2) out vec4 o2;
void main(){ o0=vec4(vp,1); o1=vec4(normalize(vn),1); o2=vec4(vt,1); }"""
HAIR_VERT = """#version 330
uniform mat4 mvp; uniform vec3 eye; uniform vec3 key; uniform float bias; in vec3 pos; in vec3 tan; in vec4 col; out vec4 c;
void main(){ vec4 p=mvp*vec4(pos,1); p.z-=bias*p.w; gl_Position=p;
 vec3 T=normalize(tan), V=normalize(eye-pos), L=normalize(key-pos), F=normalize(vec3(-.9,-1.0,.1));
 float tl=dot(T,L), tv=dot(T,V), tf=dot(T,F);
 float d=sqrt(max(0.,1.-tl*tl)), df=sqrt(max(0.,1.-tf*tf));
 float s=pow(max(0.,sqrt(max(0.,1.-tl*tl))*sqrt(max(0.,1.-tv*tv))-tl*tv),42.);
 float s2=pow(max(0.,sqrt(max(0.,1.-tl*tl))*sqrt(max(0.,1.-tv*tv))-tl*tv),9.);
 c=vec4(col.rgb*(.30+.55*d+.18*df+.35*s2)+vec3(.10,.095,.09)*s, col.a); }"""
HAIR_FRAG = """#version 330
in vec4 c; layout(location=0) out vec4 o; void main(){ o=c; }"""


def look_at(eye, at, fov_deg, near=0.3, far=3.0):
    """View-projection matrix, z up, square frame."""
    f = (at - eye) / np.linalg.norm(at - eye)
    s = np.cross(f, [0, 0, 1.0])
    s /= np.linalg.norm(s)
    u = np.cross(s, f)
    view = np.eye(4)
    view[0, :3], view[1, :3], view[2, :3] = s, u, -f
    view[:3, 3] = -view[:3, :3] @ eye
    t = 1 / np.tan(np.radians(fov_deg) / 2)
    proj = np.zeros((4, 4))
    proj[0, 0] = proj[1, 1] = t
    proj[2, 2], proj[2, 3], proj[3, 2] = (far + near) / (near - far), 2 * far * near / (near - far), -1
    return proj @ view


class Raster:
    """One EGL context with buffers of `size` pixels square."""

    def __init__(self, size, ctx=None):
        self.size = size
        self.ctx = ctx or moderngl.create_context(standalone=True, backend="egl")
        self.mesh = self.ctx.program(VERT, FRAG)
        self.hair = self.ctx.program(HAIR_VERT, HAIR_FRAG)
        self.depth = self.ctx.depth_texture((size, size))
        self.tex = [self.ctx.texture((size, size), 4, dtype="f4") for _ in range(3)]
        self.gbuf = self.ctx.framebuffer(self.tex, self.depth)
        self.color = self.ctx.texture((size, size), 4, dtype="f4")
        self.hbuf = self.ctx.framebuffer([self.color], self.depth)

    def gbuffer(self, mvp, pos, nrm, uv, mat):
        """Triangles as (n*3, .) arrays; returns position, normal, uv+material, each (size, size, 4), first row on top."""
        data = np.hstack([pos, nrm, uv, mat[:, None]]).astype("f4")
        vbo = self.ctx.buffer(data.tobytes())
        vao = self.ctx.vertex_array(self.mesh, [(vbo, "3f 3f 2f 1f", "pos", "nrm", "uv", "mat")])
        self.gbuf.use()
        self.gbuf.clear(0, 0, 0, 0)
        self.ctx.enable(moderngl.DEPTH_TEST)
        self.ctx.disable(moderngl.BLEND)
        self.mesh["mvp"].write(mvp.T.astype("f4").tobytes())
        vao.render(moderngl.TRIANGLES)
        out = [
            np.frombuffer(self.gbuf.read(components=4, attachment=i, dtype="f4"), "f4").reshape(self.size, self.size, 4)[::-1].copy()
            for i in range(3)
        ]
        vao.release()
        vbo.release()
        return out

    def strands(self, mvp, pts, col, eye, key, background, bias=0.0):
        """pts (n, k, 3), col (n, k, 4): drawn over the depth of the last mesh; returns (size, size, 3)."""
        n, k, _ = pts.shape
        tan = np.gradient(pts, axis=1)
        data = np.concatenate([pts, tan, col], -1).astype("f4").reshape(n * k, 10)
        a = (np.arange(n)[:, None] * k + np.arange(k - 1)).ravel()
        index = np.stack([a, a + 1], 1).astype("u4")
        vbo, ibo = self.ctx.buffer(data.tobytes()), self.ctx.buffer(index.tobytes())
        vao = self.ctx.vertex_array(self.hair, [(vbo, "3f 3f 4f", "pos", "tan", "col")], ibo)
        back = np.dstack([background, np.ones(background.shape[:2])])[::-1].astype("f4")
        self.color.write(np.ascontiguousarray(back).tobytes())
        self.hbuf.use()
        self.ctx.enable(moderngl.DEPTH_TEST | moderngl.BLEND)
        self.ctx.blend_func = moderngl.SRC_ALPHA, moderngl.ONE_MINUS_SRC_ALPHA
        self.hair["mvp"].write(mvp.T.astype("f4").tobytes())
        self.hair["eye"].value = tuple(map(float, eye))
        self.hair["key"].value = tuple(map(float, key))
        self.hair["bias"].value = bias
        vao.render(moderngl.LINES)
        out = np.frombuffer(self.hbuf.read(components=4, dtype="f4"), "f4").reshape(self.size, self.size, 4)[::-1, :, :3].copy()
        for thing in (vao, vbo, ibo):
            thing.release()
        return out
